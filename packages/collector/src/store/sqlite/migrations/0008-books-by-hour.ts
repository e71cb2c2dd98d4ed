const ADDED = `ON CONFLICT DO UPDATE SET laneless = laneless + excluded.laneless, captured = captured + excluded.captured,
    stored = stored + excluded.stored, duplicates = duplicates + excluded.duplicates`

/**
 * Sums over lanes by the hours in which they were first and last seen, so that books of a window need not look at every
 * lane; how many numbers of a lane were rejected, by error; the last number that its sender said it gave out; and the time
 * that the sender gave where it was corrected. Events outside of lanes count in the hour in which they came; those deleted
 * since in that of their project's begin.
 */
export const BOOKS_BY_HOUR = `
ALTER TABLE event ADD COLUMN original_ts INTEGER;
ALTER TABLE lane ADD COLUMN told_last INTEGER NOT NULL DEFAULT 0;
CREATE INDEX lane_with_reasons ON lane (project, last_seen) WHERE rejected > 0 OR dropped > 0;

CREATE TABLE lane_rejected (
  lane INTEGER NOT NULL REFERENCES lane,
  error TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (lane, error)
) WITHOUT ROWID;
INSERT INTO lane_rejected SELECT lane, error, count(*) FROM lane_rejection GROUP BY lane, error;

CREATE TABLE lane_tally (
  project INTEGER NOT NULL REFERENCES project,
  last_hour INTEGER NOT NULL,
  first_hour INTEGER NOT NULL,
  lanes INTEGER NOT NULL,
  laneless INTEGER NOT NULL,
  captured INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  PRIMARY KEY (project, last_hour, first_hour)
) WITHOUT ROWID;
INSERT INTO lane_tally
  SELECT project, last_seen / 3600000, first_seen / 3600000, count(*), 0, sum(highest + far), sum(stored),
    sum(duplicates), sum(rejected), sum(highest + far - stored - rejected - missing), sum(missing), 0
  FROM lane GROUP BY 1, 2, 3;
INSERT INTO lane_tally
  SELECT project, received_at / 3600000, received_at / 3600000, 0, count(*), count(*), count(*), 0, 0, 0, 0, 0
  FROM event WHERE lane IS NULL GROUP BY 1, 2
  ${ADDED};
INSERT INTO lane_tally
  SELECT id, created_at / 3600000, created_at / 3600000, 0, gone, gone, gone, laneless_duplicates, 0, 0, 0, 0
  FROM (SELECT p.*, p.laneless_stored - (SELECT count(*) FROM event WHERE project = p.id AND lane IS NULL) AS gone
        FROM project p)
  WHERE gone > 0 OR laneless_duplicates > 0
  ${ADDED};
ALTER TABLE project DROP COLUMN laneless_stored;
ALTER TABLE project DROP COLUMN laneless_duplicates;
`
