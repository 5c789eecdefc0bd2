-- A facility opens on a day and closes for good at an instant; whatever starts from then on takes no bookings.
ALTER TABLE facilities ADD COLUMN opens_on DATE;
ALTER TABLE facilities ADD COLUMN closes_at TIMESTAMP;

-- A change of a facility or city waits for its first day, and is then written into what holds: `entered_at` says when. `subject` is what it is
-- about; only one of the same begins on a day.
ALTER TABLE rule_changes ADD COLUMN subject TEXT;
ALTER TABLE rule_changes ADD COLUMN entered_at TIMESTAMP;
CREATE UNIQUE INDEX rule_changes_begin_alone ON rule_changes (subject, first_day) WHERE standing = 'agreed' AND subject IS NOT NULL;
CREATE INDEX rule_changes_to_enter ON rule_changes (first_day) WHERE standing = 'agreed' AND subject IS NOT NULL AND entered_at IS NULL;
