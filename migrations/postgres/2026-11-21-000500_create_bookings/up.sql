-- Bookings: one child in one slot. The database repeats what must never break: no child in two places at once, no limit exceeded, no
-- place given twice (slot_bands, slots). `period` is `2026-11`, `2026-W47` or `birth`; `over_limit` is
-- what attendance has put over the limit: nobody is refused at the door.
CREATE TABLE usages (
  child_id TEXT NOT NULL REFERENCES children (id),
  pool TEXT NOT NULL,
  period TEXT NOT NULL,
  unit TEXT NOT NULL,
  total BIGINT NOT NULL,
  away BIGINT NOT NULL,
  limit_total BIGINT NOT NULL,
  limit_away BIGINT NOT NULL,
  over_limit BIGINT NOT NULL,
  PRIMARY KEY (child_id, pool, period, unit),
  CONSTRAINT usages_not_negative CHECK (total >= 0 AND away >= 0 AND away <= total),
  CONSTRAINT usages_within_limit CHECK (over_limit >= 0 AND total <= limit_total + over_limit AND away <= limit_away + over_limit)
);

-- `agreed` is what was agreed when it was booked, `attended` who brought and fetched the child, `ended` what
-- was said when it was cancelled, declined, or the child did not come.
CREATE TABLE bookings (
  id TEXT PRIMARY KEY NOT NULL,
  party_id TEXT NOT NULL,
  series_id TEXT,
  slot_id TEXT NOT NULL REFERENCES slots (id),
  child_id TEXT NOT NULL REFERENCES children (id),
  family_id TEXT NOT NULL REFERENCES families (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  municipality TEXT NOT NULL,
  programme TEXT NOT NULL,
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  band_from_age BIGINT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL,
  state TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  is_away BOOLEAN NOT NULL,
  fee_yen BIGINT NOT NULL,
  agreed TEXT NOT NULL,
  decide_by TIMESTAMP,
  checked_in_at TIMESTAMP,
  checked_out_at TIMESTAMP,
  attended TEXT,
  ended_at TIMESTAMP,
  ended TEXT,
  cancelled_fee_yen BIGINT,
  cancelled_counts BOOLEAN,
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT bookings_end_after_start CHECK (starts_at < ends_at),
  CONSTRAINT bookings_state_known CHECK (
    (state IN ('requested', 'offered') AND active AND decide_by IS NOT NULL AND checked_in_at IS NULL)
    OR (state = 'confirmed' AND active AND checked_in_at IS NULL)
    OR (state = 'checked_in' AND active AND checked_in_at IS NOT NULL AND checked_out_at IS NULL)
    OR (state = 'checked_out' AND active AND checked_in_at IS NOT NULL AND checked_out_at IS NOT NULL)
    OR (state = 'cancelled' AND NOT active AND ended_at IS NOT NULL AND cancelled_fee_yen IS NOT NULL AND cancelled_counts IS NOT NULL)
    OR (state = 'absent' AND checked_in_at IS NULL AND ended_at IS NOT NULL AND cancelled_fee_yen IS NOT NULL AND cancelled_counts IS NOT NULL)
    OR (state IN ('declined', 'released', 'undone') AND NOT active AND ended_at IS NOT NULL)
  )
);
CREATE INDEX bookings_of_child ON bookings (child_id, starts_at);
CREATE INDEX bookings_of_family ON bookings (family_id, starts_at, id);
CREATE INDEX bookings_of_facility ON bookings (facility_id, starts_at, id);
CREATE INDEX bookings_of_slot ON bookings (slot_id);
CREATE INDEX bookings_of_series ON bookings (series_id, starts_at) WHERE series_id IS NOT NULL;
CREATE INDEX bookings_undecided ON bookings (decide_by) WHERE state = 'requested';

CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE bookings ADD CONSTRAINT bookings_child_free
  EXCLUDE USING gist (child_id WITH =, tsrange(starts_at, ends_at) WITH &&) WHERE (active);
