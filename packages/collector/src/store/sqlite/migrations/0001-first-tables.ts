/** Instants are milliseconds since 1970. */
export const FIRST_TABLES = `
CREATE TABLE project (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  laneless_stored INTEGER NOT NULL DEFAULT 0,
  laneless_duplicates INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE api_key (
  uuid TEXT PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project,
  kind TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project,
  event_id BLOB NOT NULL,
  event_name TEXT NOT NULL,
  user_id TEXT,
  ts INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  metadata TEXT NOT NULL
);
CREATE INDEX event_by_name ON event (project, event_name, ts, user_id);
CREATE INDEX event_by_time ON event (project, ts);

CREATE TABLE claimed_key (event_id BLOB PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE lane (
  id INTEGER PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project,
  lane TEXT NOT NULL,
  highest INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  UNIQUE (project, lane)
);

CREATE TABLE lane_range (
  lane INTEGER NOT NULL REFERENCES lane,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (lane, first)
) WITHOUT ROWID;

CREATE TABLE lane_rejection (
  lane INTEGER NOT NULL REFERENCES lane,
  seq INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (lane, seq)
) WITHOUT ROWID;

CREATE TABLE lane_drop (
  lane INTEGER NOT NULL REFERENCES lane,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (lane, reason)
) WITHOUT ROWID;

CREATE TABLE webhook (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  project INTEGER NOT NULL REFERENCES project,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE rule (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  project INTEGER NOT NULL REFERENCES project,
  name TEXT NOT NULL,
  conditions TEXT NOT NULL,
  actions TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  event_id BLOB NOT NULL,
  webhook INTEGER NOT NULL REFERENCES webhook,
  document TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  due_at INTEGER NOT NULL,
  lease INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'waiting';

CREATE TABLE delivery_attempt (
  delivery INTEGER NOT NULL REFERENCES delivery,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
`
