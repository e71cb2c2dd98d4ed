#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

// An older Node would end without a word: the database's binding is not made for it.
const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const needed = /\d+/.exec(engines.node)[0]
if (Number.parseInt(process.versions.node, 10) < Number(needed)) {
  console.error(
    `truecount needs Node ${needed} or newer, and this is Node ${process.versions.node} (${process.execPath})`,
  )
  process.exit(1)
}

// Left to itself the engine keeps tens of megabytes for short-lived objects, and the C library memory of its own for each thread.
// Neither makes anything faster here, and both want to be told at the start. The process stays the same one.
const FLAG = '--max-semi-space-size'
const isSet = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) => text.includes(FLAG))
// A parent that talks to it over a channel would lose the channel.
const isFree = process.permission === undefined && process.send === undefined
const mayStartAnew = isFree && ['linux', 'darwin'].includes(process.platform)
if (!isSet && mayStartAnew) {
  process.execve(process.execPath, [process.execPath, `${FLAG}=8`, ...process.execArgv, ...process.argv.slice(1)], {
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_THRESHOLD_: '1048576',
    ...process.env,
  })
}
// A young generation this small is gone through faster than helpers are woken for it.
setFlagsFromString('--no-parallel-scavenge')
await import('../dist/main.js')
