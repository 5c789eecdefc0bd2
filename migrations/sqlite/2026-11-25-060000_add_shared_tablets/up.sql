-- A session of a facility's shared device: in front of it is the account, or was last where it is locked.
ALTER TABLE sessions ADD COLUMN facility_id TEXT REFERENCES facilities (id);
ALTER TABLE sessions ADD COLUMN locked_at TIMESTAMP CONSTRAINT sessions_locked_are_shared CHECK (locked_at IS NULL OR facility_id IS NOT NULL);

-- By which staff step in front of one.
CREATE TABLE staff_pins (
  account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  pin_hash TEXT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until TIMESTAMP,
  set_at TIMESTAMP NOT NULL
);
