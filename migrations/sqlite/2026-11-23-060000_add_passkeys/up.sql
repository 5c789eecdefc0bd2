-- Keys on people's own devices that open their accounts: the public halves, and the count that each last said.
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  credential_id TEXT NOT NULL CONSTRAINT passkeys_credential_once UNIQUE,
  public_key TEXT NOT NULL,
  name TEXT NOT NULL,
  counter BIGINT NOT NULL,
  synced BOOLEAN NOT NULL,
  failures BIGINT NOT NULL,
  locked_until TIMESTAMP,
  added_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP
);
CREATE INDEX passkeys_of_account ON passkeys (account_id);

-- What devices were asked to sign, once: for an account that adds a passkey, or for whoever signs in.
CREATE TABLE passkey_challenges (
  challenge_hash TEXT PRIMARY KEY NOT NULL,
  holder_hash TEXT NOT NULL,
  account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX passkey_challenges_over ON passkey_challenges (expires_at);
