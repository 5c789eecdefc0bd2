-- Bookings: one child in one slot. The database repeats what must never break: no child in two places at once, no month limit
-- exceeded, no place given twice (slot_bands).
CREATE TABLE month_usages (
  child_id TEXT NOT NULL REFERENCES children (id),
  programme TEXT NOT NULL,
  month TEXT NOT NULL,
  unit TEXT NOT NULL,
  total BIGINT NOT NULL,
  away BIGINT NOT NULL,
  limit_total BIGINT,
  limit_away BIGINT,
  PRIMARY KEY (child_id, programme, month, unit),
  CONSTRAINT month_usages_not_negative CHECK (total >= 0 AND away >= 0 AND away <= total),
  CONSTRAINT month_usages_within_limit CHECK ((limit_total IS NULL OR total <= limit_total) AND (limit_away IS NULL OR away <= limit_away))
);

CREATE TABLE bookings (
  id TEXT PRIMARY KEY NOT NULL,
  party_id TEXT NOT NULL,
  slot_id TEXT NOT NULL REFERENCES slots (id),
  child_id TEXT NOT NULL REFERENCES children (id),
  family_id TEXT NOT NULL REFERENCES families (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  municipality TEXT NOT NULL,
  programme TEXT NOT NULL,
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  block TEXT,
  band_from_age BIGINT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL,
  state TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  month TEXT NOT NULL,
  counted BIGINT NOT NULL,
  limit_unit TEXT NOT NULL,
  is_away BOOLEAN NOT NULL,
  fee_yen BIGINT NOT NULL,
  free_until TIMESTAMP NOT NULL,
  cancellation TEXT NOT NULL,
  notes TEXT NOT NULL,
  checked_in_at TIMESTAMP,
  checked_out_at TIMESTAMP,
  picked_up_by TEXT,
  cancelled_at TIMESTAMP,
  cancelled_fee_yen BIGINT,
  cancelled_counts BOOLEAN,
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT bookings_end_after_start CHECK (starts_at < ends_at),
  CONSTRAINT bookings_state_known CHECK (
    (state = 'confirmed' AND active AND checked_in_at IS NULL AND checked_out_at IS NULL AND cancelled_at IS NULL)
    OR (state = 'checked_in' AND active AND checked_in_at IS NOT NULL AND checked_out_at IS NULL AND cancelled_at IS NULL)
    OR (state = 'checked_out' AND active AND checked_in_at IS NOT NULL AND checked_out_at IS NOT NULL AND cancelled_at IS NULL)
    OR (state = 'cancelled' AND NOT active AND cancelled_at IS NOT NULL AND cancelled_fee_yen IS NOT NULL AND cancelled_counts IS NOT NULL)
  )
);
CREATE INDEX bookings_of_child ON bookings (child_id, starts_at);
CREATE INDEX bookings_of_family ON bookings (family_id, starts_at, id);
CREATE INDEX bookings_of_facility ON bookings (facility_id, starts_at, id);
CREATE INDEX bookings_of_slot ON bookings (slot_id);

CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE bookings ADD CONSTRAINT bookings_child_free
  EXCLUDE USING gist (child_id WITH =, tsrange(starts_at, ends_at) WITH &&) WHERE (active);
