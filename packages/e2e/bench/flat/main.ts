import { parseArgs } from 'node:util'
import { writePage } from '../ground/page/write-page.ts'
import { flatPage } from './flat-page.ts'
import { type FlatFindings, measureFlat, startWantedCluster } from './measure-flat.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    users: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    'fill-minutes': { type: 'string' },
    only: { type: 'string', multiple: true },
    'without-postgres': { type: 'boolean' },
  },
})
const events = Number(values.events ?? 10_000_000)
const seconds = Number(values.seconds ?? 10)
const rounds = Number(values.rounds ?? 3)
const fillMinutes = Number(values['fill-minutes'] ?? 60)
const isChosen = (name: string) => values.only?.some((text) => name.includes(text)) ?? true
const say = (line: string) => console.error(line)

const cluster = await startWantedCluster(values['without-postgres'] !== true, say)
const findings: FlatFindings[] = []
try {
  for (const users of (values.users ?? ['100', '1000000']).map(Number)) {
    findings.push(await measureFlat({ events, users, seconds, rounds, fillMinutes, isChosen, cluster, say }))
  }
} finally {
  await cluster?.stop()
}
const page = flatPage({ at: new Date(), seconds, rounds, postgresVersion: cluster?.version, findings })
if (Object.keys(values).length > 0) console.log(page)
else writePage('flat.md', page)
