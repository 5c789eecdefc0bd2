-- Slots (枠) with their places per age band; `peak` repeats the fullest minute of `occupancy` so that the database can refuse.
-- `freed` counts what became free since those who wait were last asked; 0: nothing they have not been asked about.
CREATE TABLE offerings (
  id TEXT PRIMARY KEY NOT NULL,
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  municipality TEXT NOT NULL,
  programme TEXT NOT NULL,
  blocks TEXT NOT NULL,
  hourly_yen BIGINT,
  confirmation TEXT,
  interview BOOLEAN NOT NULL DEFAULT FALSE,
  spare BOOLEAN NOT NULL DEFAULT FALSE,
  CONSTRAINT offerings_once UNIQUE (facility_id, programme)
);

CREATE TABLE slots (
  id TEXT PRIMARY KEY NOT NULL,
  offering_id TEXT NOT NULL REFERENCES offerings (id),
  facility_id TEXT NOT NULL REFERENCES facilities (id),
  municipality TEXT NOT NULL,
  programme TEXT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL,
  state TEXT NOT NULL,
  blocks TEXT NOT NULL,
  hourly_yen BIGINT,
  room BIGINT,
  carers TEXT,
  confirmation TEXT,
  interview BOOLEAN NOT NULL DEFAULT FALSE,
  spare BOOLEAN NOT NULL DEFAULT FALSE,
  closures TEXT,
  peak BIGINT NOT NULL,
  turn BIGINT NOT NULL,
  freed BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  CONSTRAINT slots_once UNIQUE (offering_id, starts_at),
  CONSTRAINT slots_end_after_start CHECK (starts_at < ends_at),
  CONSTRAINT slots_not_overfull CHECK (0 <= peak AND (room IS NULL OR peak <= room)),
  CONSTRAINT slots_state_known CHECK (state IN ('open', 'closed'))
);
CREATE INDEX slots_freed ON slots (starts_at) WHERE freed > 0;
CREATE INDEX slots_by_city ON slots (municipality, programme, starts_at, id);
CREATE INDEX slots_by_time ON slots (starts_at, id);
CREATE INDEX slots_by_facility ON slots (facility_id, starts_at, id);

CREATE TABLE slot_bands (
  slot_id TEXT NOT NULL REFERENCES slots (id) ON DELETE CASCADE,
  from_age BIGINT NOT NULL,
  under_age BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  peak BIGINT NOT NULL,
  occupancy TEXT NOT NULL,
  PRIMARY KEY (slot_id, from_age),
  CONSTRAINT slot_bands_ages CHECK (from_age < under_age),
  CONSTRAINT slot_bands_not_overfull CHECK (0 <= peak AND peak <= capacity)
);
