DROP TABLE notice_links;
DROP TABLE notice_preferences;
DROP TABLE notice_templates;
DROP TABLE deliveries;
DROP TABLE notices;
DROP TABLE outbox;
