-- The content tables of a 0.12 server.
CREATE TABLE markdown_content (
  id text PRIMARY KEY,
  slug text NOT NULL,
  locale text NOT NULL DEFAULT 'en',
  title text NOT NULL,
  description text NOT NULL,
  body text NOT NULL,
  author text NOT NULL,
  published_at timestamptz NOT NULL,
  keywords text NOT NULL,
  kind text NOT NULL DEFAULT 'article',
  image text,
  category_id text,
  source_id text NOT NULL,
  version_hash text NOT NULL,
  public boolean NOT NULL DEFAULT true,
  links jsonb NOT NULL DEFAULT '[]',
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX idx_markdown_content_slug_locale ON markdown_content (slug, locale);
CREATE INDEX idx_markdown_content_category_id ON markdown_content (category_id);
CREATE INDEX idx_markdown_content_source_id ON markdown_content (source_id);
CREATE INDEX idx_markdown_content_published_at ON markdown_content (published_at DESC);
CREATE INDEX idx_markdown_content_locale ON markdown_content (locale);
CREATE INDEX idx_markdown_content_version_hash ON markdown_content (version_hash);
CREATE INDEX idx_markdown_content_kind ON markdown_content (kind);
CREATE INDEX idx_markdown_content_links ON markdown_content USING gin (links);
CREATE INDEX idx_markdown_content_public ON markdown_content (public) WHERE public = true;

CREATE TABLE markdown_categories (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  slug text NOT NULL UNIQUE,
  description text,
  parent_id text REFERENCES markdown_categories (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_markdown_categories_slug ON markdown_categories (slug);
CREATE INDEX idx_markdown_categories_parent_id ON markdown_categories (parent_id);

CREATE TABLE markdown_fts (
  content_id text PRIMARY KEY REFERENCES markdown_content (id) ON DELETE CASCADE,
  search_vector tsvector
);
CREATE INDEX idx_markdown_fts_search_vector ON markdown_fts USING gin (search_vector);

CREATE TABLE content_performance_metrics (
  id text PRIMARY KEY,
  content_id text NOT NULL UNIQUE REFERENCES markdown_content (id) ON DELETE CASCADE,
  total_views integer NOT NULL DEFAULT 0,
  unique_visitors integer NOT NULL DEFAULT 0,
  avg_time_on_page_seconds double precision NOT NULL DEFAULT 0,
  shares_total integer NOT NULL DEFAULT 0,
  shares_linkedin integer NOT NULL DEFAULT 0,
  shares_twitter integer NOT NULL DEFAULT 0,
  comments_count integer NOT NULL DEFAULT 0,
  search_impressions integer NOT NULL DEFAULT 0,
  search_clicks integer NOT NULL DEFAULT 0,
  avg_search_position real,
  views_last_7_days integer NOT NULL DEFAULT 0,
  views_last_30_days integer NOT NULL DEFAULT 0,
  trend_direction text,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Owned by another part of the server; only the key that content_files refers to.
CREATE TABLE files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid()
);

CREATE TABLE content_files (
  id serial PRIMARY KEY,
  content_id text NOT NULL REFERENCES markdown_content (id) ON DELETE CASCADE,
  file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  role varchar(50) NOT NULL DEFAULT 'attachment',
  display_order integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (content_id, file_id, role)
);
