-- Procedures as data, applications that the rules decide, and what children are certified for.
CREATE TABLE procedures (
  id TEXT PRIMARY KEY NOT NULL,
  key TEXT NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  valid_from DATE NOT NULL,
  valid_until DATE,
  name TEXT NOT NULL,
  summary TEXT NOT NULL,
  terms TEXT NOT NULL,
  CONSTRAINT procedures_once UNIQUE (municipality, key, valid_from)
);

CREATE TABLE applications (
  id TEXT PRIMARY KEY NOT NULL,
  number TEXT,
  procedure_id TEXT NOT NULL REFERENCES procedures (id),
  procedure TEXT NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  family_id TEXT NOT NULL REFERENCES families (id),
  child_id TEXT REFERENCES children (id),
  state TEXT NOT NULL,
  decided TEXT NOT NULL,
  answers TEXT NOT NULL,
  declared TEXT NOT NULL,
  comments TEXT NOT NULL,
  filed_by TEXT,
  created_at TIMESTAMP NOT NULL,
  submitted_at TIMESTAMP,
  decided_at TIMESTAMP,
  due_on DATE,
  version BIGINT NOT NULL,
  CONSTRAINT applications_number_once UNIQUE (municipality, number)
);
CREATE INDEX applications_of_family ON applications (family_id, created_at);
CREATE INDEX applications_to_decide ON applications (municipality, state, submitted_at);

CREATE TABLE entitlements (
  id TEXT PRIMARY KEY NOT NULL,
  number TEXT NOT NULL,
  family_id TEXT NOT NULL REFERENCES families (id),
  child_id TEXT NOT NULL REFERENCES children (id),
  programme TEXT NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  valid_from DATE NOT NULL,
  valid_until DATE NOT NULL,
  ended TEXT,
  application_id TEXT REFERENCES applications (id),
  version BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  CONSTRAINT entitlements_number_once UNIQUE (municipality, number)
);
CREATE INDEX entitlements_of_family ON entitlements (family_id, programme, valid_until);
CREATE INDEX entitlements_that_end ON entitlements (valid_until);

-- What is known of a family, or of one of its children, because it was answered once. No child: an empty text.
CREATE TABLE known_facts (
  family_id TEXT NOT NULL REFERENCES families (id),
  child_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  origin TEXT NOT NULL,
  since DATE NOT NULL,
  PRIMARY KEY (family_id, child_id, key)
);

-- The last number that a municipality has given in a fiscal year, by kind.
CREATE TABLE last_numbers (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  kind TEXT NOT NULL,
  year BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (municipality, kind, year)
);
