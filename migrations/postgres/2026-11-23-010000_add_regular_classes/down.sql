DROP TABLE entitlement_endings;
DROP INDEX slots_of_classes;
DROP TABLE regular_classes;
