-- The regular classes (クラス) of facilities: places and enrolled children of a class from one day to another. Of those that hold on a
-- day, the one that begins last does. `facilities.classes_version` grows with every change and is what is locked for one.
CREATE TABLE regular_classes (
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  age_class BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  capacity BIGINT NOT NULL,
  enrolled BIGINT NOT NULL,
  PRIMARY KEY (facility_id, age_class, valid_from),
  CONSTRAINT regular_classes_known CHECK (age_class BETWEEN 0 AND 5),
  CONSTRAINT regular_classes_counted CHECK (0 <= capacity AND 0 <= enrolled),
  CONSTRAINT regular_classes_end_after_start CHECK (valid_until IS NULL OR valid_from <= valid_until)
);
CREATE INDEX slots_of_classes ON slots (facility_id, starts_at) WHERE spare;

-- Of which ends of certifications their families were told: once for each.
CREATE TABLE entitlement_endings (
  entitlement_id TEXT NOT NULL REFERENCES entitlements (id),
  valid_until DATE NOT NULL,
  told_at TIMESTAMP NOT NULL,
  PRIMARY KEY (entitlement_id, valid_until)
);
