-- What is over is found by its age, and a corrected entry by its correction, without reading all that is kept.
CREATE INDEX notices_by_age ON notices (municipality, created_at);
CREATE INDEX bookings_by_end ON bookings (municipality, ends_at);
CREATE INDEX journal_entries_corrected ON journal_entries (corrects_id) WHERE corrects_id IS NOT NULL;
