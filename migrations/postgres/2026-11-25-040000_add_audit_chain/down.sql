DROP INDEX audit_lines_of_actor;
DROP TABLE audit_families;
DROP TABLE audit_cities;
DROP TABLE audit_chain;
DROP FUNCTION audit_chain_append_only();
DROP TRIGGER audit_lines_queued ON audit_lines;
DROP FUNCTION audit_lines_queued();
DROP TABLE audit_unsealed;
