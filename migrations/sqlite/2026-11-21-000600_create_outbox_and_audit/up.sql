-- One event and one audit line for every change of state, written in its own transaction.
CREATE TABLE events (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  municipality TEXT NOT NULL,
  facility_id TEXT,
  subject_id TEXT NOT NULL,
  occurred_at TIMESTAMP NOT NULL
);
CREATE INDEX events_of_subject ON events (subject_id);

CREATE TABLE audit_lines (
  id TEXT PRIMARY KEY NOT NULL,
  occurred_at TIMESTAMP NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  note TEXT
);
CREATE INDEX audit_lines_of_subject ON audit_lines (subject_id);

CREATE TABLE idempotency_keys (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status BIGINT,
  answer TEXT,
  etag TEXT,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TRIGGER audit_lines_no_update BEFORE UPDATE ON audit_lines BEGIN SELECT RAISE(ABORT, 'audit_lines_append_only'); END;
CREATE TRIGGER audit_lines_no_delete BEFORE DELETE ON audit_lines BEGIN SELECT RAISE(ABORT, 'audit_lines_append_only'); END;
