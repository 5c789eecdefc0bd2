-- What a family agreed to at a facility: once, with the version of the words that it was shown; what was before stands in the audit.
CREATE TABLE consents (
  family_id TEXT NOT NULL REFERENCES families (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  operator TEXT,
  words BIGINT,
  given_at TIMESTAMP NOT NULL,
  withdrawn_at TIMESTAMP,
  PRIMARY KEY (family_id, facility_id)
);

-- What a facility's staff last saw of a child, so that they are shown what its family changed since.
CREATE TABLE seen_children (
  child_id TEXT NOT NULL REFERENCES children (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  given TEXT NOT NULL,
  seen_at TIMESTAMP NOT NULL,
  PRIMARY KEY (child_id, facility_id)
);
