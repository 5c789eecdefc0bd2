-- Codes at the door: opaque and renewable. The PIN is hashed; wrong tries are counted.
CREATE TABLE family_codes (
  family_id TEXT PRIMARY KEY NOT NULL REFERENCES families (id),
  code TEXT CONSTRAINT family_codes_once UNIQUE,
  pin_hash TEXT,
  failures BIGINT NOT NULL,
  locked_until TIMESTAMP,
  updated_at TIMESTAMP NOT NULL
);

CREATE TABLE wall_codes (
  facility_id TEXT PRIMARY KEY NOT NULL REFERENCES facilities (id),
  code TEXT NOT NULL CONSTRAINT wall_codes_once UNIQUE,
  updated_at TIMESTAMP NOT NULL
);
