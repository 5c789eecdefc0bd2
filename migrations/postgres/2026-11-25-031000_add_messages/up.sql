-- Messages between a family and a facility about a booking: `number` counts in the booking. Who of the other side has read one, and when.
CREATE TABLE messages (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  number BIGINT NOT NULL,
  from_family BOOLEAN NOT NULL,
  written_by TEXT NOT NULL REFERENCES accounts (id),
  sent_at TIMESTAMP NOT NULL,
  words TEXT NOT NULL
);
CREATE UNIQUE INDEX messages_numbered ON messages (booking_id, number);
CREATE INDEX messages_of_facility ON messages (facility_id, sent_at);

CREATE TABLE message_reads (
  message_id TEXT NOT NULL REFERENCES messages (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  read_at TIMESTAMP NOT NULL,
  PRIMARY KEY (message_id, account_id)
);
