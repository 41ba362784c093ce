-- The access control tables of a 0.12 server, after its migrations.
CREATE TABLE access_control_entities (
  entity_type text NOT NULL,
  entity_id text NOT NULL,
  default_included boolean NOT NULL DEFAULT false,
  source text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity_type, entity_id),
  CONSTRAINT access_control_entities_entity_type_check CHECK (
    entity_type IN ('plugin', 'agent', 'mcp_server', 'marketplace', 'gateway_route', 'skill', 'hook')
  )
);
CREATE INDEX idx_access_control_entities_default_included
  ON access_control_entities (entity_type, entity_id) WHERE default_included = true;

CREATE TABLE access_control_rules (
  id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
  entity_type text NOT NULL,
  entity_id text NOT NULL,
  rule_type text NOT NULL,
  rule_value text NOT NULL,
  access text NOT NULL DEFAULT 'allow',
  justification text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (entity_type, entity_id, rule_type, rule_value),
  FOREIGN KEY (entity_type, entity_id)
    REFERENCES access_control_entities (entity_type, entity_id) ON DELETE CASCADE,
  CONSTRAINT access_control_rules_entity_type_check CHECK (
    entity_type IN ('plugin', 'agent', 'mcp_server', 'marketplace', 'gateway_route', 'skill', 'hook')
  ),
  CONSTRAINT access_control_rules_rule_type_check CHECK (rule_type IN ('role', 'user')),
  CONSTRAINT access_control_rules_access_check CHECK (access IN ('allow', 'deny'))
);
CREATE INDEX idx_access_control_rules_entity ON access_control_rules (entity_type, entity_id);
CREATE INDEX idx_access_control_rules_rule ON access_control_rules (rule_type, rule_value);

-- The audit of decisions: never read or written by a sync.
CREATE TABLE governance_decisions (
  id text PRIMARY KEY,
  user_id text NOT NULL,
  session_id text NOT NULL,
  tool_name text NOT NULL,
  agent_id text,
  agent_scope text,
  decision text NOT NULL CHECK (decision IN ('allow', 'deny')),
  policy text NOT NULL,
  reason text NOT NULL,
  evaluated_rules jsonb NOT NULL DEFAULT '[]',
  plugin_id text,
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'anonymous', 'system', 'job', 'mcp', 'agent')),
  actor_id text NOT NULL CHECK (actor_id <> ''),
  act_chain jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL DEFAULT now()
);
