/** What stands for settings, by their names. */
export type SettingTexts = Readonly<Record<string, string | undefined>>

/** Texts of settings by their names, and what is wrong with the rest. */
export interface FileTexts {
  readonly texts: SettingTexts
  readonly problems: readonly string[]
}

/** Reads texts, and numbers and lists as they would stand on the command line. */
export function readConfigFile(file: string | undefined, names: readonly string[]): FileTexts {
  if (file === undefined) return { texts: {}, problems: [] }
  const settings = parseObject(file)
  if (settings === undefined) return { texts: {}, problems: ['The configuration file must hold one JSON object'] }
  const texts: Record<string, string> = {}
  const problems: string[] = []
  for (const [name, value] of Object.entries(settings)) {
    if (!names.includes(name)) {
      problems.push(`The configuration file names ${name}: there are only ${names.join(', ')}`)
    } else if (Array.isArray(value) || typeof value === 'string' || typeof value === 'number') {
      texts[name] = String(value)
    } else {
      problems.push(`${name} in the configuration file must be a text, a number or a list of texts`)
    }
  }
  return { texts, problems }
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
