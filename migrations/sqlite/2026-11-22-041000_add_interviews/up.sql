-- First interviews: what a facility found, by the booking by which it was held. The latest of a child holds.
CREATE TABLE interviews (
  booking_id TEXT PRIMARY KEY NOT NULL REFERENCES bookings (id),
  child_id TEXT NOT NULL REFERENCES children (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  outcome TEXT NOT NULL,
  decided_at TIMESTAMP NOT NULL
);
CREATE INDEX interviews_of_child ON interviews (child_id, decided_at);
