-- Families that a facility knows without a booking: its staff took them down on the phone, or they said who they are.
CREATE TABLE known_families (
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  family_id TEXT NOT NULL REFERENCES families (id),
  known_at TIMESTAMP NOT NULL,
  PRIMARY KEY (facility_id, family_id)
);

-- The code, hashed, by which a family that was taken down opens its own account; a new one ends the one before.
CREATE TABLE account_codes (
  family_id TEXT PRIMARY KEY NOT NULL REFERENCES families (id),
  code_hash TEXT NOT NULL CONSTRAINT account_codes_once UNIQUE,
  made_at TIMESTAMP NOT NULL,
  until TIMESTAMP NOT NULL
);
