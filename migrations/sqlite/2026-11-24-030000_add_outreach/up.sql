-- Outreach: families of whom nobody opened what somebody had to open in time, how they are tried again, and who calls them. Never shown to
-- facilities or families. `rules` is a city's ladder, weights and script from a day on.
CREATE TABLE outreach_rules (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  valid_from DATE NOT NULL,
  rules TEXT NOT NULL,
  published_at TIMESTAMP NOT NULL,
  PRIMARY KEY (municipality, valid_from)
);

-- `priority` says what the points were given for, as it was then.
CREATE TABLE outreach_cases (
  id TEXT PRIMARY KEY NOT NULL,
  family_id TEXT NOT NULL REFERENCES families (id),
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  desk TEXT NOT NULL,
  state TEXT NOT NULL,
  assignee TEXT REFERENCES accounts (id),
  outcome TEXT,
  ended_at TIMESTAMP,
  points BIGINT NOT NULL,
  priority TEXT NOT NULL,
  deadline_at TIMESTAMP NOT NULL,
  opened_at TIMESTAMP NOT NULL,
  next_on DATE,
  next_means TEXT,
  attempts BIGINT NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT outreach_case_state_known CHECK (
    (state = 'open' AND assignee IS NULL AND outcome IS NULL AND ended_at IS NULL)
    OR (state = 'assigned' AND assignee IS NOT NULL AND outcome IS NULL AND ended_at IS NULL)
    OR (state = 'resolved' AND outcome IS NULL AND ended_at IS NOT NULL)
    OR (state = 'closed' AND outcome IS NOT NULL AND ended_at IS NOT NULL)
  )
);
CREATE UNIQUE INDEX outreach_one_live_case ON outreach_cases (family_id, municipality) WHERE state IN ('open', 'assigned');
CREATE INDEX outreach_cases_urgent ON outreach_cases (municipality, state, points);
CREATE INDEX outreach_cases_of_desk ON outreach_cases (desk, state, points);

-- What one event or campaign told one family. `next_at` is when the next rung of the ladder comes; none: a person has it, or it is over.
CREATE TABLE outreach_matters (
  id TEXT PRIMARY KEY NOT NULL,
  family_id TEXT NOT NULL REFERENCES families (id),
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  source TEXT NOT NULL,
  deadline_at TIMESTAMP NOT NULL,
  rung BIGINT NOT NULL,
  next_at TIMESTAMP,
  case_id TEXT REFERENCES outreach_cases (id),
  over_at TIMESTAMP
);
CREATE UNIQUE INDEX outreach_matters_once ON outreach_matters (source, family_id);
CREATE INDEX outreach_matters_due ON outreach_matters (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outreach_matters_of_case ON outreach_matters (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE outreach_notices (
  notice_id TEXT PRIMARY KEY NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  matter_id TEXT NOT NULL REFERENCES outreach_matters (id) ON DELETE CASCADE
);
CREATE INDEX outreach_notices_of_matter ON outreach_notices (matter_id);

CREATE TABLE outreach_attempts (
  id TEXT PRIMARY KEY NOT NULL,
  case_id TEXT NOT NULL REFERENCES outreach_cases (id) ON DELETE CASCADE,
  made_by TEXT NOT NULL REFERENCES accounts (id),
  made_at TIMESTAMP NOT NULL,
  means TEXT NOT NULL,
  result TEXT NOT NULL,
  words TEXT NOT NULL,
  next_on DATE
);
CREATE INDEX outreach_attempts_of_case ON outreach_attempts (case_id, made_at);

CREATE TABLE outreach_notes (
  id TEXT PRIMARY KEY NOT NULL,
  case_id TEXT NOT NULL REFERENCES outreach_cases (id) ON DELETE CASCADE,
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at TIMESTAMP NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX outreach_notes_of_case ON outreach_notes (case_id, written_at);
