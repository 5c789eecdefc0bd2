-- A state that is asked for by a parameter makes no use of an index with the state in its condition.
DROP INDEX deliveries_due;
DROP INDEX deliveries_together;
CREATE INDEX deliveries_due ON deliveries (state, channel, urgent, next_at, id);
CREATE INDEX deliveries_together ON deliveries (account_id, channel, endpoint, state, urgent, next_at, id);
