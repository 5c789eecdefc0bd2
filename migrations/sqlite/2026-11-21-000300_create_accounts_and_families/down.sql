DROP TABLE sessions;
DROP TABLE accounts;
DROP TABLE children;
DROP TABLE families;
