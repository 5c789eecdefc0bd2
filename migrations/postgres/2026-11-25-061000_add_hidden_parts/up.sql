-- The parts of staff mode that a facility does not use.
CREATE TABLE hidden_parts (
  facility_id TEXT PRIMARY KEY NOT NULL REFERENCES facilities (id),
  hidden TEXT NOT NULL
);
