-- What a facility's staff leave to the next shift, and who has read it.
CREATE TABLE shift_notes (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  day DATE NOT NULL,
  shift TEXT NOT NULL,
  words TEXT NOT NULL,
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at TIMESTAMP NOT NULL
);
CREATE INDEX shift_notes_of_day ON shift_notes (facility_id, day);

CREATE TABLE shift_note_reads (
  note_id TEXT NOT NULL REFERENCES shift_notes (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  read_at TIMESTAMP NOT NULL,
  PRIMARY KEY (note_id, account_id)
);
