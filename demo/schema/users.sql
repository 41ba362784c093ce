-- Users, sessions and contexts of a 0.12 server.
CREATE TABLE users (
  id text PRIMARY KEY,
  name varchar(255) NOT NULL UNIQUE,
  email varchar(255) NOT NULL UNIQUE,
  full_name varchar(255),
  display_name varchar(255),
  status text NOT NULL DEFAULT 'active'
    CHECK (status IN ('active', 'inactive', 'suspended', 'pending', 'deleted', 'temporary')),
  email_verified boolean NOT NULL DEFAULT false,
  roles text[] NOT NULL DEFAULT ARRAY['user'],
  is_bot boolean NOT NULL DEFAULT false,
  is_scanner boolean NOT NULL DEFAULT false,
  avatar_url text,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_users_email ON users (email);
CREATE INDEX idx_users_name ON users (name);
CREATE INDEX idx_users_is_bot_is_scanner ON users (is_bot, is_scanner);

CREATE TABLE user_sessions (
  session_id text PRIMARY KEY,
  user_id varchar(255) REFERENCES users (id) ON DELETE SET NULL,
  started_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_activity_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ended_at timestamptz,
  converted_at timestamptz,
  throttle_escalated_at timestamptz,
  revoked_at timestamptz,
  expires_at timestamptz DEFAULT CURRENT_TIMESTAMP + interval '7 days',
  duration_seconds integer,
  user_type varchar(255) DEFAULT 'registered' CHECK (user_type IN ('anon', 'registered')),
  client_id varchar(255) NOT NULL DEFAULT 'sp_web',
  client_type varchar(255) NOT NULL DEFAULT 'firstparty'
    CHECK (client_type IN ('cimd', 'firstparty', 'thirdparty', 'system', 'unknown')),
  request_count integer NOT NULL DEFAULT 0,
  error_count integer NOT NULL DEFAULT 0,
  task_count integer NOT NULL DEFAULT 0,
  message_count integer NOT NULL DEFAULT 0,
  ai_request_count integer NOT NULL DEFAULT 0,
  total_tokens_used integer NOT NULL DEFAULT 0,
  throttle_level integer NOT NULL DEFAULT 0,
  behavioral_bot_score integer NOT NULL DEFAULT 0,
  avg_response_time_ms double precision NOT NULL DEFAULT 0,
  success_rate double precision NOT NULL DEFAULT 1.0,
  total_ai_cost_microdollars bigint NOT NULL DEFAULT 0,
  ip_address text,
  user_agent text,
  browser text,
  os text,
  country text,
  region text,
  city text,
  preferred_locale text,
  referrer_url text,
  landing_page text,
  entry_url text,
  fingerprint_hash text,
  behavioral_bot_reason text,
  device_type varchar(255),
  referrer_source varchar(255),
  utm_source varchar(100),
  utm_medium varchar(100),
  utm_campaign varchar(100),
  utm_content varchar(100),
  utm_term varchar(100),
  endpoints_accessed text DEFAULT '[]',
  is_bot boolean NOT NULL DEFAULT false,
  is_ai_crawler boolean NOT NULL DEFAULT false,
  is_scanner boolean NOT NULL DEFAULT false,
  is_behavioral_bot boolean NOT NULL DEFAULT false,
  session_source varchar(50) DEFAULT 'web'
    CHECK (session_source IN ('web', 'api', 'cli', 'oauth', 'mcp', 'bridge', 'unknown'))
);
CREATE INDEX idx_user_sessions_user_id ON user_sessions (user_id);

CREATE TABLE user_contexts (
  context_id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session_id text REFERENCES user_sessions (session_id) ON DELETE SET NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_user_contexts_user_id ON user_contexts (user_id);
CREATE INDEX idx_user_contexts_user_id_updated_at ON user_contexts (user_id, updated_at DESC);
CREATE INDEX idx_user_contexts_session_id ON user_contexts (session_id);

-- Every update takes the time of the update, whatever value it asked for.
CREATE FUNCTION update_user_contexts_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = CURRENT_TIMESTAMP;
  RETURN NEW;
END
$$;
CREATE TRIGGER update_user_contexts_updated_at BEFORE UPDATE ON user_contexts
  FOR EACH ROW EXECUTE FUNCTION update_user_contexts_updated_at();
