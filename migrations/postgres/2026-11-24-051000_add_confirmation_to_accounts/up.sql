-- Mail of notices goes to addresses that somebody has confirmed. Those of staff and officers are given by who employs them.
ALTER TABLE accounts ADD COLUMN email_asked_at TIMESTAMP;
ALTER TABLE accounts ADD COLUMN email_confirmed_at TIMESTAMP;
UPDATE accounts SET email_confirmed_at = created_at WHERE role <> 'guardian';
