-- A fictional world in which a vendor tries its program; what is in it stands in a file of its own.
CREATE TABLE sandboxes (
  id TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  clock TIMESTAMP NOT NULL,
  made_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP NOT NULL
);
