-- Monthly figures as they are published, once for each month and never changed: pages and open data read the same rows. A hidden figure has
-- no number here, so that no later question can tell it. `view` is what the month is split by, `name_key` which part of it.
CREATE TABLE figure_months (
  month TEXT PRIMARY KEY NOT NULL,
  published_at TIMESTAMP NOT NULL
);

CREATE TABLE figure_cells (
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  month TEXT NOT NULL REFERENCES figure_months (month),
  measure TEXT NOT NULL,
  view TEXT NOT NULL,
  name_key TEXT NOT NULL,
  count BIGINT,
  sum BIGINT,
  PRIMARY KEY (municipality, month, measure, view, name_key),
  CONSTRAINT figure_cells_hidden_whole CHECK ((count IS NULL) = (sum IS NULL))
);

-- What the figures are held against, from a day on: what a call takes, and what the paperwork of a year has cost so far.
CREATE TABLE figure_goals (
  valid_from DATE PRIMARY KEY NOT NULL,
  goals TEXT NOT NULL
);
