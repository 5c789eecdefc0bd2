DROP TABLE account_codes;
DROP TABLE known_families;
