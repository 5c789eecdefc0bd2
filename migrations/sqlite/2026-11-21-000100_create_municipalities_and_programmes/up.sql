-- Municipalities, compacts between them, and programmes: all that differs by city or year is rows here.
CREATE TABLE municipalities (
  code TEXT PRIMARY KEY NOT NULL CONSTRAINT municipalities_code_six_digits CHECK (length(code) = 6),
  name TEXT NOT NULL,
  kana TEXT NOT NULL,
  latitude DOUBLE NOT NULL,
  longitude DOUBLE NOT NULL
);

CREATE TABLE compacts (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL
);

CREATE TABLE compact_terms (
  compact_id TEXT NOT NULL REFERENCES compacts (id),
  residence TEXT NOT NULL REFERENCES municipalities (code),
  host TEXT NOT NULL REFERENCES municipalities (code),
  programme TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  resident_priority_days BIGINT NOT NULL CONSTRAINT compact_terms_priority CHECK (resident_priority_days >= 0),
  price_tier TEXT NOT NULL,
  PRIMARY KEY (residence, host, programme, valid_from),
  CONSTRAINT compact_terms_two_cities CHECK (residence <> host)
);

CREATE TABLE programmes (
  id TEXT PRIMARY KEY NOT NULL,
  key TEXT NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  valid_from DATE NOT NULL,
  valid_until DATE,
  name TEXT NOT NULL,
  summary TEXT NOT NULL,
  terms TEXT NOT NULL,
  CONSTRAINT programmes_one_version_a_day UNIQUE (municipality, key, valid_from)
);

CREATE TABLE holidays (
  day DATE PRIMARY KEY NOT NULL,
  name TEXT NOT NULL
);
