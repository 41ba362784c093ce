-- What the server records about its own migrations. Every other file of this folder needs this one first.
CREATE TABLE extension_migrations (
  id text PRIMARY KEY,
  extension_id text NOT NULL,
  version integer NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (extension_id, version)
);
