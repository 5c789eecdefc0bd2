-- Every act on a booking's attendance with what was before it; lines are only ever added. `occurred_at` is when it happened, `received_at`
-- when the server heard of it.
CREATE TABLE attendance_records (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  occurred_at TIMESTAMP NOT NULL,
  received_at TIMESTAMP NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX attendance_records_of_booking ON attendance_records (booking_id, id);

CREATE TRIGGER attendance_records_no_update BEFORE UPDATE ON attendance_records BEGIN SELECT RAISE(ABORT, 'attendance_records_append_only'); END;
CREATE TRIGGER attendance_records_no_delete BEFORE DELETE ON attendance_records BEGIN SELECT RAISE(ABORT, 'attendance_records_append_only'); END;
