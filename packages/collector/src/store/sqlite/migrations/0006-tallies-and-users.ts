import { DROPPED_EVENT_NAME } from '@truecount/protocol'

/**
 * Users made here; numbers of events that are never used again; and what lists and figures are read from instead of all
 * rows: an index by user, and counts by hour that follow every row that comes or goes. The index and `hour_tally` leave the
 * SDK's own drop reports out. A `page` is the JSON text of `metadata.page`, '' where that is no text.
 */
export const TALLIES_AND_USERS = `
CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project INTEGER NOT NULL REFERENCES project,
  name TEXT NOT NULL
);
CREATE INDEX user_by_project ON user (project);

CREATE TABLE event_number (highest_deleted INTEGER NOT NULL);
INSERT INTO event_number VALUES (0);

CREATE INDEX event_by_user ON event (project, user_id, ts) WHERE event_name <> '${DROPPED_EVENT_NAME}';

CREATE TABLE hour_tally (
  project INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (project, hour)
) WITHOUT ROWID;
INSERT INTO hour_tally
  SELECT project, ${hourOf('ts')}, count(*) FROM event WHERE event_name <> '${DROPPED_EVENT_NAME}' GROUP BY 1, 2;

CREATE TABLE page_tally (
  project INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  event_name TEXT NOT NULL,
  page TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (project, hour, event_name, page)
) WITHOUT ROWID;
INSERT INTO page_tally
  SELECT project, ${hourOf('ts')}, event_name, ${pageOf('metadata')}, count(*) FROM event GROUP BY 1, 2, 3, 4;

CREATE TRIGGER event_came AFTER INSERT ON event BEGIN
  INSERT INTO hour_tally SELECT new.project, ${hourOf('new.ts')}, 1 WHERE new.event_name <> '${DROPPED_EVENT_NAME}'
    ON CONFLICT DO UPDATE SET events = events + 1;
  INSERT INTO page_tally VALUES (new.project, ${hourOf('new.ts')}, new.event_name, ${pageOf('new.metadata')}, 1)
    ON CONFLICT DO UPDATE SET events = events + 1;
END;

CREATE TRIGGER event_went AFTER DELETE ON event BEGIN
  UPDATE hour_tally SET events = events - 1
    WHERE project = old.project AND hour = ${hourOf('old.ts')} AND old.event_name <> '${DROPPED_EVENT_NAME}';
  DELETE FROM hour_tally WHERE project = old.project AND hour = ${hourOf('old.ts')} AND events = 0;
  UPDATE page_tally SET events = events - 1
    WHERE project = old.project AND hour = ${hourOf('old.ts')} AND event_name = old.event_name
      AND page = ${pageOf('old.metadata')};
  DELETE FROM page_tally
    WHERE project = old.project AND hour = ${hourOf('old.ts')} AND event_name = old.event_name
      AND page = ${pageOf('old.metadata')} AND events = 0;
END;
`

/** The hour since 1970 that an instant is in, before 1970 too. */
function hourOf(ts: string): string {
  return `((${ts} - ((${ts} % 3600000) + 3600000) % 3600000) / 3600000)`
}

function pageOf(metadata: string): string {
  return `iif(json_type(${metadata}, '$.page') = 'text', ${metadata} -> '$.page', '')`
}
