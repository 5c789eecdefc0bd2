-- Bookings that came from another system, by its number: what a row said is kept as a fingerprint only.
CREATE TABLE imported_bookings (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  number TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  imported_at TIMESTAMP NOT NULL,
  PRIMARY KEY (municipality, number)
);
