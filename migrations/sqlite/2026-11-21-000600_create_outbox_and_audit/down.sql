DROP TABLE idempotency_keys;
DROP TABLE audit_lines;
DROP TABLE events;
