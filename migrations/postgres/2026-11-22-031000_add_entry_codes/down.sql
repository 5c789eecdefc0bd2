DROP TABLE wall_codes;
DROP TABLE family_codes;
