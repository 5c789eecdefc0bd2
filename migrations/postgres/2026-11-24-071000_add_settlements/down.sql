DROP TABLE settlement_comments;
DROP TABLE settlement_lines;
DROP TABLE settlements;
