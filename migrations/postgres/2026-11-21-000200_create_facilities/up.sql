-- Facilities: what is searched stands in columns, the rest of the national list in `details`. `search_text` is name, reading
-- and address folded to one width, one kind of kana and lower case.
CREATE TABLE facilities (
  id TEXT PRIMARY KEY NOT NULL,
  municipality TEXT NOT NULL,
  source_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kana TEXT,
  name_en TEXT,
  kind TEXT NOT NULL,
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION,
  open_weekdays TEXT,
  operator TEXT,
  shares_interviews BOOLEAN NOT NULL DEFAULT FALSE,
  classes_version BIGINT NOT NULL DEFAULT 1,
  fictional BOOLEAN NOT NULL,
  search_text TEXT NOT NULL,
  details TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CONSTRAINT facilities_listed_once UNIQUE (municipality, source_id)
);
CREATE INDEX facilities_by_name ON facilities (municipality, (COALESCE(kana, name)), id);
