-- Whoever is told of a family's matter is looked up by the family.
CREATE INDEX accounts_of_family ON accounts (family_id) WHERE family_id IS NOT NULL;
