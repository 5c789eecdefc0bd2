DROP INDEX outbox_set_aside;
ALTER TABLE outbox DROP COLUMN set_aside_at;
ALTER TABLE outbox DROP COLUMN next_at;
ALTER TABLE outbox DROP COLUMN attempts;
