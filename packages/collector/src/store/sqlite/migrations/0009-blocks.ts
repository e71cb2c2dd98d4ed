/** Events in blocks and segments (docs/storage.md). Rows of the days before are moved when the store is opened. */
export const BLOCKS = `
ALTER TABLE delivery ADD COLUMN event_ts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN event_user TEXT;
UPDATE delivery SET event_user = document ->> '$.user_id',
  event_ts = coalesce(CAST(round(1000 * unixepoch(document ->> '$.timestamp', 'subsec')) AS INTEGER), due_at);
DROP INDEX delivery_by_event;
CREATE INDEX delivery_by_user ON delivery (event_user) WHERE event_user IS NOT NULL;
CREATE INDEX delivery_of_past ON delivery (webhook, event_ts) WHERE state IN ('delivered', 'failed', 'cancelled');

CREATE TABLE block (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  events INTEGER NOT NULL,
  body BLOB NOT NULL
);

CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  events INTEGER NOT NULL,
  min_ts INTEGER NOT NULL,
  max_ts INTEGER NOT NULL,
  erased_to INTEGER NOT NULL
);
CREATE TABLE segment_part (part INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE user_text (
  id INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX user_text_by_hash ON user_text (hash);

CREATE TABLE key_run (
  id INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  keys INTEGER NOT NULL,
  head BLOB NOT NULL
);
CREATE TABLE key_run_part (part INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE erasure (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project INTEGER NOT NULL,
  up_to INTEGER NOT NULL,
  before INTEGER,
  user_id TEXT,
  deliveries_to INTEGER
);

CREATE TABLE storage (
  sealed_to INTEGER NOT NULL,
  layout INTEGER NOT NULL,
  next_segment INTEGER NOT NULL,
  next_run INTEGER NOT NULL,
  next_user INTEGER NOT NULL,
  writer TEXT NOT NULL,
  sealer TEXT NOT NULL,
  sealer_until INTEGER NOT NULL
);
INSERT INTO storage VALUES (0, 1, 1, 1, 1, '', '', 0);
`
