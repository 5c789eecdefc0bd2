DROP TABLE holidays;
DROP TABLE programmes;
DROP TABLE compact_terms;
DROP TABLE compacts;
DROP TABLE municipalities;
