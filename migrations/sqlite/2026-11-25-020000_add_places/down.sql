DROP TABLE place_changes;
DROP TABLE duties;
DROP TABLE week_patterns;
