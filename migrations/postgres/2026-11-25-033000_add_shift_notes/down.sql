DROP TABLE shift_note_reads;
DROP TABLE shift_notes;
