DROP TABLE imported_bookings;
