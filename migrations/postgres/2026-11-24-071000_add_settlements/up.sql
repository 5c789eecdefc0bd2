-- Settlements between two cities of a compact, for a month, from the first lock on: `city_a` is the one with the lower code. The lines stand
-- in `settlement_lines`, each in one settlement, and what they come to for each city beside it; both cities' locks together close it. What a
-- city says to a line may come before.
CREATE TABLE settlements (
  id TEXT PRIMARY KEY NOT NULL,
  compact_id TEXT NOT NULL REFERENCES compacts (id),
  month TEXT NOT NULL,
  city_a TEXT NOT NULL REFERENCES municipalities (code),
  city_b TEXT NOT NULL REFERENCES municipalities (code),
  lines BIGINT NOT NULL,
  pays_a_yen BIGINT NOT NULL,
  pays_b_yen BIGINT NOT NULL,
  locked_a_at TIMESTAMP,
  locked_a_by TEXT REFERENCES accounts (id),
  locked_b_at TIMESTAMP,
  locked_b_by TEXT REFERENCES accounts (id),
  CONSTRAINT settlements_cities_in_order CHECK (city_a < city_b),
  CONSTRAINT settlements_locked_by_one CHECK (locked_a_at IS NOT NULL OR locked_b_at IS NOT NULL)
);
CREATE UNIQUE INDEX settlements_once ON settlements (compact_id, month, city_a, city_b);

CREATE TABLE settlement_lines (
  claim_line_id TEXT PRIMARY KEY NOT NULL REFERENCES claim_lines (id),
  settlement_id TEXT NOT NULL REFERENCES settlements (id)
);
CREATE INDEX settlement_lines_of_settlement ON settlement_lines (settlement_id);

CREATE TABLE settlement_comments (
  id TEXT PRIMARY KEY NOT NULL,
  claim_line_id TEXT NOT NULL REFERENCES claim_lines (id),
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at TIMESTAMP NOT NULL,
  words TEXT NOT NULL,
  closed_at TIMESTAMP
);
CREATE INDEX settlement_comments_of_line ON settlement_comments (claim_line_id, written_at);
