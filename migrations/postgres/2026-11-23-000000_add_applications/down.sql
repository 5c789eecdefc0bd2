DROP TABLE last_numbers;
DROP TABLE known_facts;
DROP TABLE entitlements;
DROP TABLE applications;
DROP TABLE procedures;
