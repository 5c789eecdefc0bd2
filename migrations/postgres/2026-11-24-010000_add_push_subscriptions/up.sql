-- Devices on which notices are turned on: where their browsers can be reached, and what messages to them are sealed with.
CREATE TABLE push_subscriptions (
  id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  endpoint TEXT NOT NULL CONSTRAINT push_subscriptions_endpoint_once UNIQUE,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  tried_at TIMESTAMP,
  last_success_at TIMESTAMP,
  last_failure TEXT,
  ended_at TIMESTAMP
);
CREATE INDEX push_subscriptions_of_account ON push_subscriptions (account_id);

-- Who this installation is to push services, where no file says it: made once, kept with what depends on it.
CREATE TABLE push_keys (
  id BIGINT PRIMARY KEY NOT NULL CONSTRAINT push_keys_one CHECK (id = 1),
  pem TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
