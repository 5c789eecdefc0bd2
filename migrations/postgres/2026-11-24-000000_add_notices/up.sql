-- Notices: what families are told of, made once from events, and how it reaches them. The inbox is the master; a delivery is one try to
-- bring a notice to a channel, and says nothing of whether anybody has read it.

-- Events of which notices are still to be made, written in the transaction of their change.
CREATE TABLE outbox (
  event_id TEXT PRIMARY KEY NOT NULL REFERENCES events (id),
  act_id TEXT NOT NULL,
  actor TEXT NOT NULL
);
CREATE INDEX outbox_of_act ON outbox (act_id);

-- `facts` is what the sentences need; `topic` names what it is about, so that a newer state replaces an older one.
CREATE TABLE notices (
  id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  family_id TEXT NOT NULL REFERENCES families (id),
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  kind TEXT NOT NULL,
  event_id TEXT,
  campaign_id TEXT,
  topic TEXT,
  facts TEXT NOT NULL,
  step TEXT NOT NULL,
  urgent BOOLEAN NOT NULL,
  followed BOOLEAN NOT NULL,
  deadline_at TIMESTAMP,
  ack_asked BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  due_at TIMESTAMP NOT NULL,
  opened_at TIMESTAMP,
  opened_by TEXT,
  acknowledged_at TIMESTAMP,
  replaced_at TIMESTAMP,
  CONSTRAINT notices_opened_somehow CHECK ((opened_at IS NULL) = (opened_by IS NULL)),
  CONSTRAINT notices_opened_before_acknowledged CHECK (acknowledged_at IS NULL OR opened_at IS NOT NULL),
  CONSTRAINT notices_followed_until CHECK (NOT followed OR deadline_at IS NOT NULL)
);
CREATE UNIQUE INDEX notices_once_per_event ON notices (event_id, account_id) WHERE event_id IS NOT NULL;
CREATE UNIQUE INDEX notices_once_per_campaign ON notices (campaign_id, account_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX notices_of_account ON notices (account_id, created_at, id);
CREATE INDEX notices_unread ON notices (account_id) WHERE opened_at IS NULL AND replaced_at IS NULL;
CREATE INDEX notices_of_topic ON notices (account_id, topic) WHERE topic IS NOT NULL AND replaced_at IS NULL;
CREATE INDEX notices_followed ON notices (deadline_at) WHERE followed AND opened_at IS NULL AND replaced_at IS NULL;
CREATE INDEX notices_of_family ON notices (family_id, created_at);

-- `lead_id`: it went out within the message of another one, as a line of its list.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY NOT NULL,
  notice_id TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  state TEXT NOT NULL,
  urgent BOOLEAN NOT NULL,
  attempts BIGINT NOT NULL,
  next_at TIMESTAMP NOT NULL,
  accepted_at TIMESTAMP,
  shown_at TIMESTAMP,
  reason TEXT,
  rung BIGINT NOT NULL,
  lead_id TEXT,
  CONSTRAINT deliveries_state_known CHECK (
    (state IN ('queued', 'failed', 'undeliverable', 'skipped') AND shown_at IS NULL)
    OR (state = 'accepted' AND accepted_at IS NOT NULL AND shown_at IS NULL)
    OR (state = 'shown' AND shown_at IS NOT NULL)
  )
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (notice_id, channel, endpoint, rung);
CREATE INDEX deliveries_due ON deliveries (urgent, next_at) WHERE state = 'queued';
CREATE INDEX deliveries_together ON deliveries (account_id, channel, endpoint) WHERE state = 'queued';
CREATE INDEX deliveries_of_lead ON deliveries (lead_id) WHERE lead_id IS NOT NULL;

-- What a city says instead of the shipped sentences; without a city for everybody.
CREATE TABLE notice_templates (
  id TEXT PRIMARY KEY NOT NULL,
  municipality TEXT REFERENCES municipalities (code),
  kind TEXT NOT NULL,
  locale TEXT NOT NULL,
  version BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  lock_title TEXT NOT NULL,
  step_label TEXT NOT NULL,
  valid_from TIMESTAMP NOT NULL,
  published_by TEXT NOT NULL
);
CREATE UNIQUE INDEX notice_templates_once ON notice_templates (municipality, kind, locale, version);

-- By which channels a person wants to hear of what; who never said so has no row.
CREATE TABLE notice_preferences (
  account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  wants TEXT NOT NULL,
  version BIGINT NOT NULL,
  updated_at TIMESTAMP NOT NULL
);

-- Tokens of single messages: one opens the notice, another says that a device has shown it. A message with a list opens no single notice.
CREATE TABLE notice_links (
  token_hash TEXT PRIMARY KEY NOT NULL,
  receipt_hash TEXT NOT NULL CONSTRAINT notice_links_receipt_once UNIQUE,
  notice_id TEXT REFERENCES notices (id) ON DELETE CASCADE,
  delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX notice_links_over ON notice_links (expires_at);
CREATE INDEX notice_links_of_delivery ON notice_links (delivery_id);
