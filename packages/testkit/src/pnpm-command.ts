import { readFileSync } from 'node:fs'

/**
 * The command line that runs the workspace's pnpm: the one we are run by, else the one that `package.json` pins,
 * fetched by npx.
 */
export function pnpmCommand(
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly [string, ...string[]] {
  if (env['npm_config_user_agent']?.startsWith('pnpm/') === true) return ['pnpm']
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return ['npx', '--yes', (JSON.parse(manifest) as { packageManager: string }).packageManager]
}
