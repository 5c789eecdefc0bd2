-- Claims: a facility's month once it is locked. Its lines are only ever added: what changes of a stay afterwards is a line of a later claim with
-- the difference, which names the first. `month` is `2026-12`; `number` counts in the claim; `booking_version` is the booking as it was
-- written down; yen and minutes may be negative in a correction. `compact_id` is set where a child of another city was there.
CREATE TABLE claims (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  month TEXT NOT NULL,
  locked_at TIMESTAMP NOT NULL,
  locked_by TEXT NOT NULL REFERENCES accounts (id)
);
CREATE UNIQUE INDEX claims_once ON claims (facility_id, month);

CREATE TABLE claim_lines (
  id TEXT PRIMARY KEY NOT NULL,
  claim_id TEXT NOT NULL REFERENCES claims (id),
  number BIGINT NOT NULL,
  month TEXT NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  host TEXT NOT NULL REFERENCES municipalities (code),
  residence TEXT NOT NULL REFERENCES municipalities (code),
  compact_id TEXT REFERENCES compacts (id),
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  booking_version BIGINT NOT NULL,
  child_id TEXT NOT NULL REFERENCES children (id),
  family_id TEXT NOT NULL REFERENCES families (id),
  programme TEXT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL,
  kind TEXT NOT NULL,
  age BIGINT NOT NULL,
  unit_yen BIGINT NOT NULL,
  minutes BIGINT NOT NULL,
  fee_yen BIGINT NOT NULL,
  relief_yen BIGINT NOT NULL,
  benefit_yen BIGINT NOT NULL,
  certificate TEXT,
  corrects_id TEXT REFERENCES claim_lines (id),
  corrects_month TEXT,
  corrects_number BIGINT,
  reason TEXT NOT NULL,
  CONSTRAINT claim_lines_correct_whole CHECK (
    (corrects_id IS NULL AND corrects_month IS NULL AND corrects_number IS NULL AND fee_yen >= 0 AND relief_yen >= 0 AND benefit_yen >= 0)
    OR (corrects_id IS NOT NULL AND corrects_month IS NOT NULL AND corrects_number IS NOT NULL)
  )
);
CREATE UNIQUE INDEX claim_lines_numbered ON claim_lines (claim_id, number);
-- A stay is claimed once; everything after that corrects it.
CREATE UNIQUE INDEX claim_lines_stay_once ON claim_lines (booking_id) WHERE corrects_id IS NULL;
CREATE INDEX claim_lines_of_booking ON claim_lines (booking_id, booking_version);
CREATE INDEX claim_lines_of_pair ON claim_lines (compact_id, residence, host, month) WHERE compact_id IS NOT NULL;

-- That a family has paid what it owes of a claim.
CREATE TABLE claim_payments (
  claim_id TEXT NOT NULL REFERENCES claims (id),
  family_id TEXT NOT NULL REFERENCES families (id),
  marked_at TIMESTAMP NOT NULL,
  marked_by TEXT NOT NULL REFERENCES accounts (id),
  PRIMARY KEY (claim_id, family_id)
);

CREATE FUNCTION claim_lines_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'claim_lines_append_only';
END $$;
CREATE TRIGGER claim_lines_append_only BEFORE UPDATE OR DELETE ON claim_lines
  FOR EACH ROW EXECUTE FUNCTION claim_lines_append_only();
