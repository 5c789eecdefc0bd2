-- Why somebody of a city or of the BPO centre may open a family's record, dated: what each reason lets one see and do. `terms` is the wire type.
CREATE TABLE proxy_reasons (
  key TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  rank BIGINT NOT NULL,
  terms TEXT NOT NULL,
  PRIMARY KEY (key, valid_from)
);
INSERT INTO proxy_reasons (key, valid_from, valid_until, rank, terms) VALUES
  ('booking', '2026-04-01', NULL, 1, '{"name":{"ja":"電話・窓口で予約を頼まれた","easy":"[予約|よやく]を [頼|たの]まれた","en":"Asked to book by phone or at the counter"},"sees":["children","bookings"],"may":["book"]}'),
  ('application', '2026-04-01', NULL, 2, '{"name":{"ja":"申請の代行を頼まれた","easy":"[申|もう]し[込|こ]みを [頼|たの]まれた","en":"Asked to file an application"},"sees":["children","applications","entitlements"],"may":["apply"]}'),
  ('question', '2026-04-01', NULL, 3, '{"name":{"ja":"予約や申請についての問い合わせ","easy":"[予約|よやく]や [申|もう]し[込|こ]みの[質問|しつもん]","en":"A question about bookings or applications"},"sees":["bookings","applications","entitlements"],"may":[]}'),
  ('emergency', '2026-04-01', NULL, 4, '{"name":{"ja":"災害・事故などの緊急の連絡","easy":"[災害|さいがい]や[事故|じこ]で [急|いそ]いで[連絡|れんらく]する","en":"An emergency such as a disaster or an accident"},"sees":["children","care","bookings"],"may":[]}');

-- Somebody acts for a family: for what, from when, until when at the latest. `reason` is the reason as it held then.
CREATE TABLE proxy_sessions (
  id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  family_id TEXT NOT NULL REFERENCES families (id),
  reason TEXT NOT NULL,
  words TEXT NOT NULL,
  opened_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP
);
CREATE UNIQUE INDEX proxy_sessions_one_open ON proxy_sessions (account_id) WHERE ended_at IS NULL;
CREATE INDEX proxy_sessions_of_family ON proxy_sessions (family_id);
