DROP TABLE documents;
DROP TABLE attachments;
