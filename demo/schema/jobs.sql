-- The scheduler's table of a 0.12 server: one row per job, its latest state only.
CREATE TABLE scheduled_jobs (
  id text PRIMARY KEY,
  job_name text NOT NULL UNIQUE,
  schedule text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  last_run timestamptz,
  next_run timestamptz,
  last_status text,
  last_error text,
  run_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_scheduled_jobs_job_name ON scheduled_jobs (job_name);
CREATE INDEX idx_scheduled_jobs_enabled ON scheduled_jobs (enabled);
CREATE INDEX idx_scheduled_jobs_next_run ON scheduled_jobs (next_run);
