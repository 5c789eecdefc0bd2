DROP INDEX bookings_ahead;
DROP TABLE reminders;
