-- Who a resident is, as the provider of a sign-in has verified it.
CREATE TABLE identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account_id TEXT NOT NULL CONSTRAINT identities_one_each UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
  verified TEXT NOT NULL,
  verified_at TIMESTAMP NOT NULL,
  PRIMARY KEY (issuer, subject)
);

-- A browser on its way to the provider and back, and, once it is back, a person who has no account yet.
CREATE TABLE sign_in_attempts (
  secret_hash TEXT PRIMARY KEY NOT NULL,
  account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
  next TEXT,
  vouched TEXT,
  expires_at TIMESTAMP NOT NULL
);

-- A letter with a code that proves where a family lives: one at a time, its code only as a hash.
CREATE TABLE residence_letters (
  family_id TEXT PRIMARY KEY NOT NULL REFERENCES families (id),
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  code_hash TEXT NOT NULL,
  tries BIGINT NOT NULL,
  made_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
