/**
 * Keeps each event's key beside it, and lets events be deleted: how many were, how long a project keeps its events, and
 * what finds the deliveries of an event. Every event outside a lane has its id claimed, with a key or without.
 */
export const KEYS_AND_DELETION = `
ALTER TABLE event ADD COLUMN lane INTEGER;
ALTER TABLE event ADD COLUMN seq INTEGER;
ALTER TABLE event ADD COLUMN foreign_key TEXT;

ALTER TABLE project ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN retention_days INTEGER;

CREATE INDEX delivery_by_event ON delivery (event_id);
CREATE INDEX delivery_over ON delivery (webhook, due_at) WHERE state IN ('delivered', 'failed', 'cancelled');

INSERT OR IGNORE INTO claimed_key (event_id) SELECT event_id FROM event WHERE substr(hex(event_id), 13, 1) = '7';
`
