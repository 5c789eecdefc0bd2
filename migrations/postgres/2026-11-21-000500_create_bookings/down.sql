DROP TABLE bookings;
DROP TABLE month_usages;
