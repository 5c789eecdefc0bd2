-- When a family is reminded of a booking as it starts then, and when it was: once for each, whatever is restarted meanwhile. Without a
-- time there is nothing to remind of.
CREATE TABLE reminders (
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  starts_at TIMESTAMP NOT NULL,
  kind TEXT NOT NULL,
  due_at TIMESTAMP,
  told_at TIMESTAMP,
  PRIMARY KEY (booking_id, starts_at, kind)
);
CREATE INDEX reminders_due ON reminders (due_at) WHERE told_at IS NULL;
CREATE INDEX reminders_over ON reminders (starts_at);
CREATE INDEX bookings_ahead ON bookings (starts_at, id) WHERE state = 'confirmed';
