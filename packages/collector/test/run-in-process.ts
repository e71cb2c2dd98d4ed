import { runCommand } from '../src/cli/run-command.ts'

/** The command as a process would run it, without one. */
export async function runInProcess(...args: string[]) {
  let [out, err] = ['', '']
  const code = await runCommand(args, {
    version: '1.2.3',
    environment: {},
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    showsProgress: false,
    ending: new AbortController().signal,
  })
  return { code, out, err }
}
