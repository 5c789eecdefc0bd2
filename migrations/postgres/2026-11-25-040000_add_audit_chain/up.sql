-- The audit as a chain: each line gets a place and a hash over itself and everything before it. Whoever writes a line only queues it, in the same
-- transaction and without a lock; a job links what is queued, however late it was committed.
CREATE TABLE audit_unsealed (
  line_id TEXT PRIMARY KEY NOT NULL
);
INSERT INTO audit_unsealed (line_id) SELECT id FROM audit_lines;
CREATE FUNCTION audit_lines_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_unsealed (line_id) VALUES (NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER audit_lines_queued AFTER INSERT ON audit_lines FOR EACH ROW EXECUTE FUNCTION audit_lines_queued();

CREATE TABLE audit_chain (
  position BIGINT NOT NULL CONSTRAINT audit_chain_places_once PRIMARY KEY,
  line_id TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE UNIQUE INDEX audit_chain_line_once ON audit_chain (line_id);
CREATE FUNCTION audit_chain_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_chain_append_only';
END $$;
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE ON audit_chain
  FOR EACH ROW EXECUTE FUNCTION audit_chain_append_only();

-- By what a line is found: the cities that may read it, and the families whose data it is about. `child_id` is empty where it is about no one child.
CREATE TABLE audit_cities (
  municipality TEXT NOT NULL,
  occurred_at TIMESTAMP NOT NULL,
  line_id TEXT NOT NULL,
  PRIMARY KEY (municipality, occurred_at, line_id)
);
CREATE TABLE audit_families (
  family_id TEXT NOT NULL,
  occurred_at TIMESTAMP NOT NULL,
  line_id TEXT NOT NULL,
  child_id TEXT NOT NULL,
  PRIMARY KEY (family_id, occurred_at, line_id, child_id)
);
CREATE INDEX audit_families_of_line ON audit_families (line_id);
CREATE INDEX audit_lines_of_actor ON audit_lines (actor, occurred_at);
