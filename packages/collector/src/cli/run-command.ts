import { parseArgs } from 'node:util'
import { SETTINGS } from '../config.ts'
import { StoreError } from '../store/store-error.ts'
import type { Command } from './command.ts'
import type { Flags } from './flags.ts'
import { helpOf } from './help.ts'
import { createKey, listKeys, revokeKey, rotateKey } from './keys.ts'
import { OPERATIONS } from './operations.ts'
import { createProject, listProjects } from './projects.ts'
import { serve } from './serve.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { WEBHOOK_COMMANDS } from './webhooks.ts'

const text = { type: 'string' } as const
const json = { type: 'boolean' } as const
const optionOf = (setting: object) => ('isList' in setting ? { ...text, multiple: true } : text)

const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    options: {
      ...Object.fromEntries(Object.values(SETTINGS).map((setting) => [setting.flag, optionOf(setting)])),
      config: text,
      'print-config': { type: 'boolean' },
    },
    usage: '[--config FILE] [--print-config] [settings]',
    meaning: 'run the collector',
    run: serve,
  },
  {
    name: 'keys create',
    options: { db: text, kind: text, project: text, 'events-per-minute': text, 'analytics-per-minute': text, json },
    usage:
      '--kind secret|publishable [--db PATH] [--project ID] [--events-per-minute N] [--analytics-per-minute N] [--json]',
    meaning: 'make an API key and show it, once; also the database if there is none',
    run: createKey,
  },
  {
    name: 'keys list',
    options: { db: text, project: text, json },
    usage: '[--db PATH] [--project ID] [--json]',
    meaning: 'list the keys by their first characters',
    run: listKeys,
  },
  {
    name: 'keys revoke',
    argument: 'key',
    options: { db: text },
    usage: 'ID|PREFIX [--db PATH]',
    meaning: 'make a key useless for ever',
    run: revokeKey,
  },
  {
    name: 'keys rotate',
    argument: 'key',
    options: { db: text, json },
    usage: 'ID|PREFIX [--db PATH] [--json]',
    meaning: 'revoke a key and make its successor',
    run: rotateKey,
  },
  {
    name: 'projects create',
    options: { db: text, name: text, json },
    usage: '[--name NAME] [--db PATH] [--json]',
    meaning: 'make a project; also the database if there is none',
    run: createProject,
  },
  {
    name: 'projects list',
    options: { db: text, json },
    usage: '[--db PATH] [--json]',
    meaning: 'list the projects',
    run: listProjects,
  },
  ...WEBHOOK_COMMANDS,
  ...OPERATIONS,
  {
    name: 'version',
    options: {},
    usage: '',
    meaning: 'print the version',
    run: async (_flags, { out, version }) => {
      out(`${version}\n`)
      return EXIT.ok
    },
  },
]

/** Runs the command that the arguments name. Every way it can end is an exit code, with the reason on stderr. */
export async function runCommand(given: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const argv = given[0] === '--version' ? ['version'] : given
  const end = argv.findIndex((word) => word.startsWith('-'))
  const words = end < 0 ? argv : argv.slice(0, end)
  if (argv.includes('--help') || argv.includes('-h')) {
    const meant = commandsOf(words)
    terminal.out(meant.length === 0 ? helpOf(COMMANDS) : helpOf(meant))
    return EXIT.ok
  }
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, i) => argv[i] === word))
  if (command === undefined) {
    terminal.err(unknownCommand(argv))
    return EXIT.usage
  }
  const flags = readFlags(command, argv)
  if (typeof flags === 'string') {
    terminal.err(`${flags}\nUsage: truecount ${command.name} ${command.usage}\n`)
    return EXIT.usage
  }
  try {
    return await command.run(flags, terminal)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    terminal.err(`${error.message}\n`)
    return EXIT.failed
  }
}

/** The commands whose names begin with these words, or with which these words begin. */
function commandsOf(words: readonly string[]): readonly Command[] {
  return COMMANDS.filter(({ name }) => name.split(' ').every((word, i) => i >= words.length || word === words[i]))
}

function unknownCommand(argv: readonly string[]): string {
  const [first = ''] = argv
  const near = commandsOf([first])
  const names = (near.length === 0 ? COMMANDS : near).map(({ name }) => name)
  const problem = argv.length === 0 ? 'No command given' : `Unknown command: ${argv.join(' ')}`
  return `${problem}\nThere are: ${names.join(', ')}\n"truecount --help" tells what each does and takes.\n`
}

function readFlags({ name, argument, options }: Command, argv: readonly string[]): Flags | string {
  try {
    const args = argv.slice(name.split(' ').length)
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: argument !== undefined })
    const flags = Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, oneText(value)])) as Flags
    if (argument === undefined) return flags
    if (positionals.length !== 1) return `${name} wants one ${argument}, got ${positionals.length}`
    return { ...flags, [argument]: positionals[0] }
  } catch (error) {
    return (error as Error).message
  }
}

/** A flag that stood more than once is a list, as its environment variable would hold it. */
function oneText(value: unknown): unknown {
  return Array.isArray(value) ? value.join(',') : value
}
