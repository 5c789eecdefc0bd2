DROP TRIGGER waitlist_entries_of_open_family ON waitlist_entries;
DROP TRIGGER bookings_of_open_family ON bookings;
DROP TRIGGER applications_of_open_family ON applications;
DROP TRIGGER children_of_open_family ON children;
DROP FUNCTION families_closed();
CREATE OR REPLACE FUNCTION attendance_records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'attendance_records_append_only';
END $$;
DROP TABLE retention_runs;
DROP TABLE retention_rules;
DROP INDEX families_to_erase;
ALTER TABLE families DROP COLUMN erased_at;
ALTER TABLE families DROP COLUMN closed_at;
