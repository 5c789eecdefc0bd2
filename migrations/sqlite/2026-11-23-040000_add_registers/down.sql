DROP TABLE register_rows;
DROP TABLE register_runs;
