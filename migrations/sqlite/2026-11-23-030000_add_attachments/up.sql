-- Files that came with applications, as they were cleaned; and letters of decisions, as they were sent.
CREATE TABLE attachments (
  id TEXT PRIMARY KEY NOT NULL,
  application_id TEXT NOT NULL REFERENCES applications (id),
  requirement TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  added_at TIMESTAMP NOT NULL,
  content BLOB NOT NULL,
  CONSTRAINT attachments_kind_known CHECK (kind IN ('jpeg', 'png', 'pdf')),
  CONSTRAINT attachments_whole CHECK (bytes = length(content) AND bytes BETWEEN 1 AND 10485760)
);
CREATE INDEX attachments_of_application ON attachments (application_id, added_at);

CREATE TABLE documents (
  application_id TEXT PRIMARY KEY NOT NULL REFERENCES applications (id),
  letters TEXT NOT NULL
);
