DROP TABLE unmet_demand;
DROP TABLE waitlist_skips;
DROP TABLE waitlist_children;
DROP TABLE waitlist_entries;
