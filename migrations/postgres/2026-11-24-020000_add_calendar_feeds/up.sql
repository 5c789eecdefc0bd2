-- The address under which a guardian's own calendar reads the family's bookings: a hash of it, what it shows, when it was last read.
CREATE TABLE calendar_feeds (
  account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL CONSTRAINT calendar_feeds_address_once UNIQUE,
  shows_names BOOLEAN NOT NULL,
  made_at TIMESTAMP NOT NULL,
  read_at TIMESTAMP
);
