DROP TRIGGER audit_lines_append_only ON audit_lines;
DROP FUNCTION audit_lines_append_only();

DROP TABLE idempotency_keys;
DROP TABLE audit_lines;
DROP TABLE events;
