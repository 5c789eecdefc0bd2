DROP INDEX audit_lines_of_actor;
DROP TABLE audit_families;
DROP TABLE audit_cities;
DROP TABLE audit_chain;
DROP TRIGGER audit_lines_queued;
DROP TABLE audit_unsealed;
