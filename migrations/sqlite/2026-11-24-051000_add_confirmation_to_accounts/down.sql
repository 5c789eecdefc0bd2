ALTER TABLE accounts DROP COLUMN email_confirmed_at;
ALTER TABLE accounts DROP COLUMN email_asked_at;
