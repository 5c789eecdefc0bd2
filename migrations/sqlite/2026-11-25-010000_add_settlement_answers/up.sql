-- What cities answer to a comment on a line of a settlement.
CREATE TABLE settlement_answers (
  id TEXT PRIMARY KEY NOT NULL,
  comment_id TEXT NOT NULL REFERENCES settlement_comments (id),
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at TIMESTAMP NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX settlement_answers_of_comment ON settlement_answers (comment_id, written_at);
