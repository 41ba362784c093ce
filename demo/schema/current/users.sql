-- What newer servers changed, on top of ../users.sql: contexts have a kind, e-mails are stored normalised.
ALTER TABLE user_contexts ADD COLUMN kind text NOT NULL DEFAULT 'user';
ALTER TABLE users ADD CONSTRAINT users_email_normalised CHECK (email = lower(trim(email)));
