DROP TRIGGER attendance_records_append_only ON attendance_records;
DROP FUNCTION attendance_records_append_only();
DROP TABLE attendance_records;
