DROP INDEX journal_entries_corrected;
DROP INDEX bookings_by_end;
DROP INDEX notices_by_age;
