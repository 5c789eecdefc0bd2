DROP TABLE slot_bands;
DROP TABLE slots;
DROP TABLE offerings;
