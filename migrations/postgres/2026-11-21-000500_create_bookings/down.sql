DROP TABLE bookings;
DROP TABLE usages;
