#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// An older Node would end without a word: the database's binding is not made for it.
const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const needed = /\d+/.exec(engines.node)[0]
if (Number.parseInt(process.versions.node, 10) < Number(needed)) {
  console.error(
    `truecount needs Node ${needed} or newer, and this is Node ${process.versions.node} (${process.execPath})`,
  )
  process.exit(1)
}
await import('../dist/main.js')
