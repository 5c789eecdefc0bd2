DROP INDEX rule_changes_to_enter;
DROP INDEX rule_changes_begin_alone;
ALTER TABLE rule_changes DROP COLUMN entered_at;
ALTER TABLE rule_changes DROP COLUMN subject;
ALTER TABLE facilities DROP COLUMN closes_at;
ALTER TABLE facilities DROP COLUMN opens_on;
