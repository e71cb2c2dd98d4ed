import { SETTINGS } from '../config.ts'
import type { Command } from './command.ts'

/** What commands do and take, and the settings of `serve` if it is among them. */
export function helpOf(commands: readonly Command[]): string {
  const lines = commands.flatMap(({ name, usage, meaning }) => [
    `  truecount ${name} ${usage}`.trimEnd(),
    `      ${meaning}`,
  ])
  const settings = commands.some(({ name }) => name === 'serve') ? settingsHelp() : []
  return ['Commands:', ...lines, ...settings, ''].join('\n')
}

function settingsHelp(): readonly string[] {
  const order =
    'Settings of serve (a flag wins over the environment, that over the JSON file of --config or TRUECOUNT_CONFIG, that over what is in brackets):'
  const settings = Object.values(SETTINGS).map(
    ({ flag, variable, initial, meaning }) => `  --${flag}, ${variable} (${initial || 'none'}): ${meaning}`,
  )
  return ['', order, ...settings]
}
