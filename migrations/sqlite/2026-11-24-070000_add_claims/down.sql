DROP TABLE claim_payments;
DROP TABLE claim_lines;
DROP TABLE claims;
