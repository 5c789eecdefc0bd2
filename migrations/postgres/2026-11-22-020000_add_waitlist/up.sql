-- The waiting list: parties that wait for a slot or for any place that fits, where a place was free and could not be theirs, and demand
-- that nobody met. `asked` is what the family said; `over_at` is when nothing can come of it any more.
CREATE TABLE waitlist_entries (
  id TEXT PRIMARY KEY NOT NULL,
  family_id TEXT NOT NULL REFERENCES families (id),
  programme TEXT NOT NULL,
  slot_id TEXT REFERENCES slots (id),
  series_id TEXT,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  asked TEXT NOT NULL,
  bands TEXT NOT NULL,
  state TEXT NOT NULL,
  party_id TEXT,
  offered_from TIMESTAMP,
  offered_until TIMESTAMP,
  told BOOLEAN NOT NULL,
  ended_at TIMESTAMP,
  over_at TIMESTAMP NOT NULL,
  fresh_until TIMESTAMP,
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT waitlist_state_known CHECK (
    (state = 'waiting' AND party_id IS NULL AND ended_at IS NULL)
    OR (state = 'offered' AND party_id IS NOT NULL AND offered_from IS NOT NULL AND offered_until IS NOT NULL AND ended_at IS NULL)
    OR (state = 'accepted' AND party_id IS NOT NULL AND ended_at IS NOT NULL)
    OR (state IN ('declined', 'lapsed', 'left', 'expired', 'closed') AND ended_at IS NOT NULL)
  )
);
CREATE INDEX waitlist_entries_of_family ON waitlist_entries (family_id, created_at);
CREATE INDEX waitlist_entries_of_slot ON waitlist_entries (slot_id) WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_entries_of_series ON waitlist_entries (series_id) WHERE series_id IS NOT NULL;
CREATE INDEX waitlist_entries_of_programme ON waitlist_entries (programme, last_day) WHERE state = 'waiting';
CREATE INDEX waitlist_entries_offered ON waitlist_entries (offered_until) WHERE state = 'offered';
CREATE INDEX waitlist_entries_over ON waitlist_entries (over_at) WHERE state = 'waiting';
CREATE UNIQUE INDEX waitlist_offered_once ON waitlist_entries (party_id);

CREATE TABLE waitlist_children (
  entry_id TEXT NOT NULL REFERENCES waitlist_entries (id) ON DELETE CASCADE,
  child_id TEXT NOT NULL REFERENCES children (id),
  slot_id TEXT,
  waits BOOLEAN NOT NULL,
  PRIMARY KEY (entry_id, child_id)
);
CREATE UNIQUE INDEX waitlist_once_per_child ON waitlist_children (child_id, slot_id) WHERE waits;

CREATE TABLE waitlist_skips (
  entry_id TEXT NOT NULL REFERENCES waitlist_entries (id) ON DELETE CASCADE,
  slot_id TEXT NOT NULL REFERENCES slots (id),
  skipped_at TIMESTAMP NOT NULL,
  reasons TEXT NOT NULL,
  PRIMARY KEY (entry_id, slot_id)
);

CREATE TABLE unmet_demand (
  id TEXT PRIMARY KEY NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  residence TEXT,
  programme TEXT,
  age BIGINT,
  earliest TIME,
  latest TIME,
  why TEXT NOT NULL,
  hour TIMESTAMP NOT NULL
);
CREATE INDEX unmet_demand_by_day ON unmet_demand (last_day);
