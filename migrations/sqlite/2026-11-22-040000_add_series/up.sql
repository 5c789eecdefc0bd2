-- Series: what was asked for when a stay was repeated. The dates themselves are bookings (`bookings.series_id`).
CREATE TABLE series (
  id TEXT PRIMARY KEY NOT NULL,
  family_id TEXT NOT NULL REFERENCES families (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  asked TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
