import { backup, restore } from './backup.ts'
import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { exportEvents } from './export.ts'
import { importEvents } from './import.ts'
import { prune } from './prune.ts'
import { setRetention } from './retention.ts'
import { seed } from './seed.ts'

const text = { type: 'string' } as const
const json = { type: 'boolean' } as const

/** The commands that keep a database well; all but `restore` also while a collector runs on it. */
export const OPERATIONS: readonly Command[] = [
  {
    name: 'backup',
    options: { db: text, to: text, json },
    usage: '--to FILE [--db PATH] [--json]',
    meaning: 'copy the database as it is now, while a collector runs, and prove the copy',
    run: backup,
  },
  {
    name: 'restore',
    options: { db: text, from: text, json },
    usage: '--from FILE [--db PATH] [--json]',
    meaning: 'put a backup where no database is',
    run: restore,
  },
  {
    name: 'export',
    options: { db: text, to: text, project: text, json },
    usage: '--to FILE [--db PATH] [--project ID] [--json]',
    meaning: 'write every event as a line of JSON',
    run: exportEvents,
  },
  {
    name: 'import',
    options: { db: text, from: text, json },
    usage: '--from FILE [--db PATH] [--json]',
    meaning: 'take the lines of an export; what is stored already is stored once',
    run: importEvents,
  },
  {
    name: 'prune',
    options: { db: text, before: text, 'older-than': text, project: text, json },
    usage: '--before TIME | --older-than 90d [--db PATH] [--project ID] [--json]',
    meaning: 'delete the events from before a time',
    run: prune,
  },
  {
    name: 'retention',
    options: { db: text, project: text, days: text, json },
    usage: '[--days N|off] [--project ID] [--db PATH] [--json]',
    meaning: 'say, or set, how long projects keep their events',
    run: setRetention,
  },
  {
    name: 'seed',
    options: { db: text, events: text, users: text, seed: text, json },
    usage: '[--events N] [--users N] [--seed N] [--db PATH] [--json]',
    meaning: 'fill a database with made-up events, to try things out',
    run: seed,
  },
  {
    name: 'doctor',
    options: { db: text, json },
    usage: '[--db PATH] [--json]',
    meaning: 'prove the file and its books',
    run: doctor,
  },
]
