-- What clients changed belongs to nobody any more.
DELETE FROM place_changes WHERE made_by NOT IN (SELECT id FROM accounts) OR undone_by NOT IN (SELECT id FROM accounts);
ALTER TABLE place_changes ADD CONSTRAINT place_changes_made_by_fkey FOREIGN KEY (made_by) REFERENCES accounts (id);
ALTER TABLE place_changes ADD CONSTRAINT place_changes_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES accounts (id);
DROP TABLE client_uses;
DROP TABLE client_assertions;
DROP TABLE client_tokens;
DROP TABLE client_grants;
DROP TABLE client_credentials;
DROP TABLE clients;
