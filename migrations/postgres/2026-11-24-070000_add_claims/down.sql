DROP TABLE claim_payments;
DROP TRIGGER claim_lines_append_only ON claim_lines;
DROP FUNCTION claim_lines_append_only();
DROP TABLE claim_lines;
DROP TABLE claims;
