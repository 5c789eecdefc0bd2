DROP INDEX notices_once_per_occasion;
CREATE UNIQUE INDEX notices_once_per_campaign ON notices (campaign_id, account_id) WHERE campaign_id IS NOT NULL;
ALTER TABLE notices DROP COLUMN occasion;
DROP TABLE campaign_recipients;
DROP TABLE campaigns;
DROP TABLE campaign_rules;
