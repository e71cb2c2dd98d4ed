/**
 * Lanes tell when they were active, what their senders said of themselves, and how far their numbers are believed. Ranges
 * hold every number whose fate is known, rejected ones too; `far` of them lie beyond `highest`.
 */
export const LANE_ACTIVITY = `
ALTER TABLE lane ADD COLUMN far INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN heard_at INTEGER;
ALTER TABLE lane ADD COLUMN clock_offset INTEGER;
ALTER TABLE lane ADD COLUMN clock_seq INTEGER;
ALTER TABLE lane ADD COLUMN clock_original INTEGER;
ALTER TABLE lane ADD COLUMN clock_kept INTEGER;

UPDATE lane SET missing = max(0, highest - stored - rejected - dropped);
UPDATE lane SET first_seen = seen.first, last_seen = seen.last
  FROM (SELECT lane, min(received_at) AS first, max(received_at) AS last FROM event WHERE lane IS NOT NULL GROUP BY lane) AS seen
  WHERE seen.lane = lane.id;
CREATE INDEX lane_with_gaps ON lane (project, id) WHERE missing > 0;

CREATE TABLE known_range AS
  WITH piece AS (
    SELECT lane, first, last FROM lane_range UNION ALL SELECT lane, seq, seq FROM lane_rejection),
  marked AS (
    SELECT lane, first, last, first > 1 + coalesce(max(last) OVER (
      PARTITION BY lane ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1) AS opens
    FROM piece),
  numbered AS (
    SELECT lane, first, last, sum(opens) OVER (PARTITION BY lane ORDER BY first, last) AS island FROM marked)
  SELECT lane, min(first) AS first, max(last) AS last FROM numbered GROUP BY lane, island;
DELETE FROM lane_range;
INSERT INTO lane_range SELECT lane, first, last FROM known_range;
DROP TABLE known_range;
`
