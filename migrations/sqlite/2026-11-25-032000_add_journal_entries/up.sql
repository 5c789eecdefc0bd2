-- The daily journal: of a group (`programme`), or of one of its children. `facts` is what the board said when the entry was finished; a finished
-- entry is corrected by a later one that names it.
CREATE TABLE journal_entries (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  day DATE NOT NULL,
  programme TEXT NOT NULL,
  child_id TEXT REFERENCES children (id),
  words TEXT NOT NULL,
  facts TEXT,
  finished_at TIMESTAMP,
  corrects_id TEXT REFERENCES journal_entries (id),
  reason TEXT NOT NULL,
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT journal_entries_finished_whole CHECK ((facts IS NULL) = (finished_at IS NULL))
);
CREATE UNIQUE INDEX journal_entries_group_once ON journal_entries (facility_id, day, programme) WHERE child_id IS NULL AND corrects_id IS NULL;
CREATE UNIQUE INDEX journal_entries_child_once ON journal_entries (facility_id, day, programme, child_id) WHERE child_id IS NOT NULL AND corrects_id IS NULL;
CREATE INDEX journal_entries_of_day ON journal_entries (facility_id, day);
