-- Retention. `closed_at`: the family closed its account, and nothing new is written about it. `erased_at`: nothing of it is left but rows
-- without a word, which sums and the audit point to.
ALTER TABLE families ADD COLUMN closed_at TIMESTAMP;
ALTER TABLE families ADD COLUMN erased_at TIMESTAMP;
CREATE INDEX families_to_erase ON families (municipality, closed_at) WHERE closed_at IS NOT NULL AND erased_at IS NULL;

-- A city's periods from a day on.
CREATE TABLE retention_rules (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  valid_from DATE NOT NULL,
  periods TEXT NOT NULL,
  PRIMARY KEY (municipality, valid_from)
);

-- What was erased by them on a day: how many, never which.
CREATE TABLE retention_runs (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  day DATE NOT NULL,
  kind TEXT NOT NULL,
  kept_from DATE NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (municipality, day, kind),
  CONSTRAINT retention_runs_counted CHECK (count > 0)
);

-- The history of a stay stays whole for as long as there is a family.
CREATE OR REPLACE FUNCTION attendance_records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM bookings JOIN families ON families.id = bookings.family_id
    WHERE bookings.id = OLD.booking_id AND families.erased_at IS NOT NULL
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'attendance_records_append_only';
END $$;

-- Who was on the way while the account was closed comes too late.
CREATE FUNCTION families_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM families WHERE id = NEW.family_id AND closed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'families_closed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER children_of_open_family BEFORE INSERT ON children FOR EACH ROW EXECUTE FUNCTION families_closed();
CREATE TRIGGER applications_of_open_family BEFORE INSERT ON applications FOR EACH ROW EXECUTE FUNCTION families_closed();
CREATE TRIGGER bookings_of_open_family BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION families_closed();
CREATE TRIGGER waitlist_entries_of_open_family BEFORE INSERT ON waitlist_entries FOR EACH ROW EXECUTE FUNCTION families_closed();
