-- A vendor's program, as a city registered it.
CREATE TABLE clients (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  contact TEXT NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  registered_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);

-- By which it proves itself: the hash of a secret, or the public half of a key.
CREATE TABLE client_credentials (
  id TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (id),
  kind TEXT NOT NULL,
  hint TEXT NOT NULL,
  secret_hash TEXT,
  jwk TEXT,
  made_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP,
  revoked_at TIMESTAMP,
  CONSTRAINT client_credentials_one_kind CHECK (
    (kind = 'secret' AND secret_hash IS NOT NULL AND jwk IS NULL) OR (kind = 'key' AND jwk IS NOT NULL AND secret_hash IS NULL)
  )
);
CREATE INDEX client_credentials_by_client ON client_credentials (client_id);

-- What facilities grant it; what is taken back is gone, and the audit knows of it.
CREATE TABLE client_grants (
  client_id TEXT NOT NULL REFERENCES clients (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  scopes TEXT NOT NULL,
  granted_at TIMESTAMP NOT NULL,
  PRIMARY KEY (client_id, facility_id)
);
CREATE INDEX client_grants_by_facility ON client_grants (facility_id);

-- Tokens that are good for something; a revoked one is gone.
CREATE TABLE client_tokens (
  token_hash TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (id),
  credential_id TEXT NOT NULL REFERENCES client_credentials (id),
  scopes TEXT NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX client_tokens_by_client ON client_tokens (client_id);
CREATE INDEX client_tokens_by_end ON client_tokens (expires_at);

-- Signed assertions that were used, until they would be refused anyway.
CREATE TABLE client_assertions (
  client_id TEXT NOT NULL REFERENCES clients (id),
  jti_hash TEXT NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX client_assertions_by_end ON client_assertions (expires_at);

-- What it did, day by day; no facility is the empty text, for a key has no gaps.
CREATE TABLE client_uses (
  client_id TEXT NOT NULL REFERENCES clients (id),
  facility_id TEXT NOT NULL,
  day DATE NOT NULL,
  operation TEXT NOT NULL,
  requests BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  last_at TIMESTAMP NOT NULL,
  PRIMARY KEY (client_id, facility_id, day, operation)
);

-- Clients change places as well, and have no account.
CREATE TABLE place_changes_new (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  new_count BIGINT NOT NULL,
  changed_count BIGINT NOT NULL,
  steps TEXT NOT NULL,
  made_at TIMESTAMP NOT NULL,
  made_by TEXT NOT NULL,
  undone_at TIMESTAMP,
  undone_by TEXT,
  CONSTRAINT place_changes_kind_known CHECK (kind IN ('publish', 'copy_week', 'change')),
  CONSTRAINT place_changes_undone_whole CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
INSERT INTO place_changes_new SELECT * FROM place_changes;
DROP TABLE place_changes;
ALTER TABLE place_changes_new RENAME TO place_changes;
CREATE INDEX place_changes_latest ON place_changes (facility_id, made_at);
