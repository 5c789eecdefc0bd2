DROP INDEX applications_decided;
DROP TABLE hand_overs;
