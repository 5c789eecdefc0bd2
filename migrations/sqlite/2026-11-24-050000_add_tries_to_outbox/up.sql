-- An act of which no notices can be made is tried again, ever later, and at last set aside, so that it is seen and keeps nobody waiting.
ALTER TABLE outbox ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN next_at TIMESTAMP;
ALTER TABLE outbox ADD COLUMN set_aside_at TIMESTAMP;
CREATE INDEX outbox_set_aside ON outbox (act_id) WHERE set_aside_at IS NOT NULL;
