-- Files of registers that went in: who sent which when, and what came of its rows.
CREATE TABLE register_runs (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  municipality TEXT REFERENCES municipalities (code),
  sent_by TEXT NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  counts TEXT NOT NULL,
  CONSTRAINT register_runs_kind_known CHECK (kind IN ('residents', 'certified'))
);
CREATE INDEX register_runs_of_municipality ON register_runs (municipality, started_at);

-- Which child a row of a register means, by the pseudonymous key of its municipality, and what it said last time.
CREATE TABLE register_rows (
  kind TEXT NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  key TEXT NOT NULL,
  child_id TEXT NOT NULL REFERENCES children (id),
  said TEXT NOT NULL,
  run_id TEXT NOT NULL REFERENCES register_runs (id),
  written_at TIMESTAMP NOT NULL,
  PRIMARY KEY (kind, municipality, key),
  CONSTRAINT register_rows_kind_known CHECK (kind IN ('residents', 'certified'))
);
-- One resident has one key; certificates and months of use have as many rows as there are.
CREATE UNIQUE INDEX register_rows_one_resident ON register_rows (municipality, child_id) WHERE kind = 'residents';
