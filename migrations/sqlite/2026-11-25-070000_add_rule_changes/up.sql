-- Changes of rules, as officers propose them. `change`, `weights`, `impact`, and the steps `proposed`, `decided` and `undone` are JSON;
-- `effect` says what was written when it was agreed to, so that it can be taken back; `first_day` is when it begins to hold.
CREATE TABLE rule_changes (
  id TEXT PRIMARY KEY NOT NULL,
  municipality TEXT NOT NULL REFERENCES municipalities (code),
  agreeing TEXT NOT NULL REFERENCES municipalities (code),
  change TEXT NOT NULL,
  first_day DATE NOT NULL,
  weights TEXT NOT NULL,
  impact TEXT NOT NULL,
  standing TEXT NOT NULL,
  proposed TEXT NOT NULL,
  proposed_at TIMESTAMP NOT NULL,
  decided TEXT,
  undone TEXT,
  effect TEXT,
  version BIGINT NOT NULL,
  CONSTRAINT rule_change_standing_known CHECK (
    (standing = 'waiting' AND decided IS NULL AND undone IS NULL AND effect IS NULL)
    OR (standing = 'agreed' AND undone IS NULL AND effect IS NOT NULL)
    OR (standing IN ('declined', 'withdrawn') AND decided IS NOT NULL AND undone IS NULL AND effect IS NULL)
    OR (standing = 'undone' AND undone IS NOT NULL AND effect IS NOT NULL)
  )
);
CREATE INDEX rule_changes_of_city ON rule_changes (municipality, proposed_at);
CREATE INDEX rule_changes_to_agree ON rule_changes (agreeing, standing);
