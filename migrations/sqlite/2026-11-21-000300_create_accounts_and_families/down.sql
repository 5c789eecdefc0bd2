DROP TABLE sessions;
DROP TABLE accounts;
DROP TABLE household_classes;
DROP TABLE children;
DROP TABLE families;
