DROP TABLE outreach_notes;
DROP TABLE outreach_attempts;
DROP TABLE outreach_notices;
DROP TABLE outreach_matters;
DROP TABLE outreach_cases;
DROP TABLE outreach_rules;
