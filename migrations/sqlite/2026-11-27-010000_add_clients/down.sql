-- What clients changed belongs to nobody any more.
DELETE FROM place_changes WHERE made_by NOT IN (SELECT id FROM accounts) OR undone_by NOT IN (SELECT id FROM accounts);
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
  made_by TEXT NOT NULL REFERENCES accounts (id),
  undone_at TIMESTAMP,
  undone_by TEXT REFERENCES accounts (id),
  CONSTRAINT place_changes_kind_known CHECK (kind IN ('publish', 'copy_week', 'change')),
  CONSTRAINT place_changes_undone_whole CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
INSERT INTO place_changes_new SELECT * FROM place_changes;
DROP TABLE place_changes;
ALTER TABLE place_changes_new RENAME TO place_changes;
CREATE INDEX place_changes_latest ON place_changes (facility_id, made_at);
DROP TABLE client_uses;
DROP TABLE client_assertions;
DROP TABLE client_tokens;
DROP TABLE client_grants;
DROP TABLE client_credentials;
DROP TABLE clients;
