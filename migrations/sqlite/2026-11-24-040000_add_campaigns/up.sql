-- Campaigns and standing offers: what a city tells the families whom a condition fits. `plan` is everything an officer says of one.
CREATE TABLE campaign_rules (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  valid_from DATE NOT NULL,
  rules TEXT NOT NULL,
  published_at TIMESTAMP NOT NULL,
  PRIMARY KEY (municipality, valid_from)
);

-- `proposal`, `approval` and `returned` say who, when and what; `due_at` is when a single one is to be sent.
CREATE TABLE campaigns (
  id TEXT PRIMARY KEY NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  plan TEXT NOT NULL,
  state TEXT NOT NULL,
  author TEXT NOT NULL,
  editor TEXT NOT NULL,
  proposal TEXT,
  approval TEXT,
  returned TEXT,
  due_at TIMESTAMP,
  began_at TIMESTAMP,
  looked_on DATE,
  ended_at TIMESTAMP,
  ended_by TEXT,
  created_at TIMESTAMP NOT NULL,
  changed_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT campaign_state_known CHECK (
    (state IN ('draft', 'proposed', 'sending', 'running') AND ended_at IS NULL AND ended_by IS NULL)
    OR (state = 'scheduled' AND due_at IS NOT NULL AND ended_at IS NULL AND ended_by IS NULL)
    OR (state = 'sent' AND ended_at IS NOT NULL AND ended_by IS NULL)
    OR (state = 'stopped' AND ended_at IS NOT NULL AND ended_by IS NOT NULL)
  )
);
CREATE INDEX campaigns_of_city ON campaigns (municipality, changed_at);
CREATE INDEX campaigns_under_way ON campaigns (state) WHERE state IN ('scheduled', 'sending', 'running');

-- A family on one occasion of a campaign: once. `at`: when it was told, or would have been.
CREATE TABLE campaign_recipients (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  family_id TEXT NOT NULL REFERENCES families (id),
  occasion TEXT NOT NULL,
  child_id TEXT REFERENCES children (id),
  state TEXT NOT NULL,
  at TIMESTAMP NOT NULL,
  PRIMARY KEY (campaign_id, family_id, occasion),
  CONSTRAINT campaign_recipient_state_known CHECK (state IN ('waiting', 'sent', 'held_out', 'capped', 'unreachable', 'stopped'))
);
CREATE INDEX campaign_recipients_waiting ON campaign_recipients (campaign_id, family_id) WHERE state = 'waiting';
CREATE INDEX campaign_recipients_lately ON campaign_recipients (at) WHERE state IN ('waiting', 'sent');

-- A standing offer may tell the same person again, on another occasion.
ALTER TABLE notices ADD COLUMN occasion TEXT NOT NULL DEFAULT '';
DROP INDEX notices_once_per_campaign;
CREATE UNIQUE INDEX notices_once_per_occasion ON notices (campaign_id, account_id, occasion) WHERE campaign_id IS NOT NULL;
