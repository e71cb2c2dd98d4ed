import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserContext } from 'playwright-core'

const PATH = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

export const hasChromium = existsSync(PATH)

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever a page asks for, it reaches nothing but this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
]

/** How Playwright starts it. */
export const CHROMIUM_LAUNCH = {
  executablePath: PATH,
  headless: true,
  args: FLAGS,
  // Playwright shuts the back/forward cache by default; visitors have it.
  ignoreDefaultArgs: ['--disable-back-forward-cache'],
}

/** Chromium on a profile of its own: what its pages stored is there again when the same folder is opened again. */
export async function startChromium(profile: string, preferences?: object): Promise<BrowserContext> {
  if (preferences !== undefined) {
    await mkdir(join(profile, 'Default'), { recursive: true })
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  }
  return chromium.launchPersistentContext(profile, CHROMIUM_LAUNCH)
}
