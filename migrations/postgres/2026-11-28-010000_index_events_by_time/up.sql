-- Since when a client is told: the first event of a moment.
CREATE INDEX events_by_time ON events (occurred_at);
