-- Places of many slots at once. `week_patterns` are the weeks that a facility has named, `duties` its carers on duty: the usual week, and the days
-- that differ. `place_changes` is what was published, copied or changed together, so that it can be taken back together: `steps` has each slot
-- before and afterwards.
CREATE TABLE week_patterns (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  offering_id TEXT NOT NULL REFERENCES offerings (id),
  name TEXT NOT NULL,
  lines TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX week_patterns_named_once ON week_patterns (offering_id, name);
CREATE INDEX week_patterns_of_facility ON week_patterns (facility_id);

CREATE TABLE duties (
  offering_id TEXT PRIMARY KEY NOT NULL REFERENCES offerings (id),
  weekly TEXT NOT NULL,
  days TEXT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE place_changes (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  new_count BIGINT NOT NULL,
  changed_count BIGINT NOT NULL,
  steps TEXT NOT NULL,
  made_at TIMESTAMP NOT NULL,
  made_by TEXT NOT NULL REFERENCES accounts (id),
  undone_at TIMESTAMP,
  undone_by TEXT REFERENCES accounts (id),
  CONSTRAINT place_changes_kind_known CHECK (kind IN ('publish', 'copy_week', 'change')),
  CONSTRAINT place_changes_undone_whole CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX place_changes_latest ON place_changes (facility_id, made_at);
