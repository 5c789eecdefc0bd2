DROP TABLE hidden_parts;
