DROP INDEX deliveries_together;
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (urgent, next_at) WHERE state = 'queued';
CREATE INDEX deliveries_together ON deliveries (account_id, channel, endpoint) WHERE state = 'queued';
