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
DROP TRIGGER attendance_records_no_delete;
CREATE TRIGGER attendance_records_no_delete BEFORE DELETE ON attendance_records
WHEN NOT EXISTS (
  SELECT 1 FROM bookings JOIN families ON families.id = bookings.family_id
  WHERE bookings.id = OLD.booking_id AND families.erased_at IS NOT NULL
)
BEGIN SELECT RAISE(ABORT, 'attendance_records_append_only'); END;

-- Who was on the way while the account was closed comes too late.
CREATE TRIGGER children_of_open_family BEFORE INSERT ON children
WHEN EXISTS (SELECT 1 FROM families WHERE id = NEW.family_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'families_closed'); END;
CREATE TRIGGER applications_of_open_family BEFORE INSERT ON applications
WHEN EXISTS (SELECT 1 FROM families WHERE id = NEW.family_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'families_closed'); END;
CREATE TRIGGER bookings_of_open_family BEFORE INSERT ON bookings
WHEN EXISTS (SELECT 1 FROM families WHERE id = NEW.family_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'families_closed'); END;
CREATE TRIGGER waitlist_entries_of_open_family BEFORE INSERT ON waitlist_entries
WHEN EXISTS (SELECT 1 FROM families WHERE id = NEW.family_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'families_closed'); END;
