import type { Database } from 'better-sqlite3'

/** What a lane's sender told that it gave up, by reason. In memory until `save`. */
export interface LaneDrops {
  add(reason: string, count: number): void
  save(): void
}

export function createLaneDrops(db: Database): (lane: number) => LaneDrops {
  const insert = db.prepare<[number, string, number]>(
    `INSERT INTO lane_drop (lane, reason, count) VALUES (?, ?, ?)
     ON CONFLICT (lane, reason) DO UPDATE SET count = count + excluded.count`,
  )
  return (lane) => {
    const told = new Map<string, number>()
    return {
      add: (reason, count) => void told.set(reason, (told.get(reason) ?? 0) + count),
      save() {
        for (const [reason, count] of told) insert.run(lane, reason, count)
      },
    }
  }
}
