/** Rules that count: what they count, and what they remember of each key, of which only a hash is kept. */
export const COUNTING_RULES = `
ALTER TABLE rule ADD COLUMN counting TEXT;
CREATE INDEX rule_by_project ON rule (project);

CREATE TABLE rule_window (
  rule INTEGER NOT NULL REFERENCES rule ON DELETE CASCADE,
  key BLOB NOT NULL,
  state TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (rule, key)
) WITHOUT ROWID;
CREATE INDEX rule_window_expiry ON rule_window (expires_at);
`
