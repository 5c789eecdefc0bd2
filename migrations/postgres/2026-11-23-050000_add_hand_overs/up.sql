-- What one officer leaves to the next on an application: free words for colleagues, and who goes on with it.
CREATE TABLE hand_overs (
  application_id TEXT PRIMARY KEY NOT NULL REFERENCES applications (id),
  words TEXT NOT NULL,
  assignee TEXT REFERENCES accounts (id),
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX applications_decided ON applications (municipality, decided_at);
