DROP TABLE seen_children;
DROP TABLE consents;
