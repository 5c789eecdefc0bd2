-- A family is registered once; accounts sign in, sessions remember.
CREATE TABLE families (
  id TEXT PRIMARY KEY NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  residence_confirmed_at TIMESTAMP NOT NULL,
  residence_proof TEXT,
  residence_proven_at TIMESTAMP,
  guardian_name TEXT NOT NULL,
  guardian_kana TEXT NOT NULL,
  phone TEXT NOT NULL,
  turn BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE children (
  id TEXT PRIMARY KEY NOT NULL,
  family_id TEXT NOT NULL REFERENCES families (id),
  name TEXT NOT NULL,
  kana TEXT NOT NULL,
  born DATE NOT NULL,
  details TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  removed_at TIMESTAMP
);
CREATE INDEX children_of_family ON children (family_id, born, id);

-- What a household is for reliefs, from one day to another.
CREATE TABLE household_classes (
  family_id TEXT NOT NULL REFERENCES families (id),
  class TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  PRIMARY KEY (family_id, class, valid_from)
);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY NOT NULL,
  email TEXT NOT NULL CONSTRAINT accounts_email_taken UNIQUE,
  password_hash TEXT,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  family_id TEXT REFERENCES families (id),
  facility_id TEXT REFERENCES facilities (id),
  municipality TEXT REFERENCES municipalities (code),
  locale TEXT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until TIMESTAMP,
  created_at TIMESTAMP NOT NULL,
  CONSTRAINT accounts_role_has_its_place CHECK (
    (role = 'guardian' AND family_id IS NOT NULL AND facility_id IS NULL AND municipality IS NULL)
    OR (role = 'staff' AND facility_id IS NOT NULL AND family_id IS NULL AND municipality IS NULL)
    OR (role = 'officer' AND municipality IS NOT NULL AND family_id IS NULL AND facility_id IS NULL)
    OR (role = 'operator' AND family_id IS NULL AND facility_id IS NULL AND municipality IS NULL)
  )
);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY NOT NULL,
  id TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  device TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  seen_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_of_account ON sessions (account_id);
