DROP TABLE proxy_sessions;
DROP TABLE proxy_reasons;
