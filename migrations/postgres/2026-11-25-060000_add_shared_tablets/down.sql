DROP TABLE staff_pins;
ALTER TABLE sessions DROP COLUMN locked_at;
ALTER TABLE sessions DROP COLUMN facility_id;
