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
  { name: 'backup', options: { db: text, to: text, json }, usage: '--to FILE [--db PATH] [--json]', run: backup },
  { name: 'restore', options: { db: text, from: text, json }, usage: '--from FILE [--db PATH] [--json]', run: restore },
  {
    name: 'export',
    options: { db: text, to: text, project: text, json },
    usage: '--to FILE [--db PATH] [--project ID] [--json]',
    run: exportEvents,
  },
  {
    name: 'import',
    options: { db: text, from: text, json },
    usage: '--from FILE [--db PATH] [--json]',
    run: importEvents,
  },
  {
    name: 'prune',
    options: { db: text, before: text, 'older-than': text, project: text, json },
    usage: '--before TIME | --older-than 90d [--db PATH] [--project ID] [--json]',
    run: prune,
  },
  {
    name: 'retention',
    options: { db: text, project: text, days: text, json },
    usage: '[--days N|off] [--project ID] [--db PATH] [--json]',
    run: setRetention,
  },
  {
    name: 'seed',
    options: { db: text, events: text, users: text, seed: text, json },
    usage: '[--events N] [--users N] [--seed N] [--db PATH] [--json]',
    run: seed,
  },
  { name: 'doctor', options: { db: text, json }, usage: '[--db PATH] [--json]', run: doctor },
]
