/**
 * How a webhook fares (failing, overloaded, switched off and why), secrets that still sign after a rotation, the first of
 * each answer, and attempts in the order they were recorded. Whether a delivery is held is what its webhook says now.
 */
export const WEBHOOK_HEALTH = `
ALTER TABLE webhook ADD COLUMN previous_secrets TEXT NOT NULL DEFAULT '[]';
ALTER TABLE webhook ADD COLUMN disabled_reason TEXT;
ALTER TABLE webhook ADD COLUMN disabled_at INTEGER;
ALTER TABLE webhook ADD COLUMN failing_since INTEGER;
ALTER TABLE webhook ADD COLUMN failed_at INTEGER;
ALTER TABLE webhook ADD COLUMN overloads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN paused_until INTEGER NOT NULL DEFAULT 0;

ALTER TABLE delivery ADD COLUMN leased_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN attempts_before INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET state = 'waiting' WHERE state = 'held';
DROP INDEX delivery_due;
CREATE INDEX delivery_waiting ON delivery (webhook, due_at) WHERE state = 'waiting';

CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  delivery INTEGER NOT NULL REFERENCES delivery,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  answer TEXT,
  UNIQUE (delivery, number)
);
INSERT INTO attempt (delivery, number, started_at, duration, status, error)
  SELECT delivery, number, started_at, duration, status, error FROM delivery_attempt ORDER BY started_at;
DROP TABLE delivery_attempt;
ALTER TABLE attempt RENAME TO delivery_attempt;
`
