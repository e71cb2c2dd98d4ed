/** What management routes change: names, origins, limits of a key, revoked keys, webhooks switched off or deleted. */
export const MANAGEMENT = `
ALTER TABLE project ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN allowed_origins TEXT;

ALTER TABLE api_key ADD COLUMN events_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN analytics_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN revoked_at INTEGER;
CREATE INDEX api_key_by_project ON api_key (project);

ALTER TABLE webhook ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE webhook ADD COLUMN deleted_at INTEGER;

ALTER TABLE delivery ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET created_at = due_at;
CREATE INDEX delivery_by_webhook ON delivery (webhook, id);
`
