/** Where the demo writes: lines that stay, and below them one line that changes. */
export interface Screen {
  say(line: string): void
  /** Redrawn in place on a terminal; elsewhere a plain line, when it has changed and at most once a second. */
  status(text: string): void
}

export interface ScreenOutput {
  readonly isTTY?: boolean
  /** Width of the terminal, in characters. */
  readonly columns?: number
  write(text: string): unknown
}

const CLEAR_LINE = '\r\u001b[2K'
const PLAIN_INTERVAL_MS = 1_000

/** `now` gives milliseconds. */
export function createScreen(output: ScreenOutput, now: () => number): Screen {
  return output.isTTY === true ? createTerminalScreen(output) : createPlainScreen(output, now)
}

function createTerminalScreen(output: ScreenOutput): Screen {
  let shown = ''
  return {
    say(line) {
      output.write(`${shown === '' ? '' : CLEAR_LINE}${line}\n${shown}`)
    },
    status(text) {
      // A line that wraps could not be cleared whole.
      shown = text.slice(0, (output.columns ?? 80) - 1)
      output.write(CLEAR_LINE + shown)
    },
  }
}

function createPlainScreen(output: ScreenOutput, now: () => number): Screen {
  let shown = ''
  let shownAt = -Infinity
  return {
    say(line) {
      output.write(`${line}\n`)
    },
    status(text) {
      if (text === '' || text === shown || now() - shownAt < PLAIN_INTERVAL_MS) return
      shown = text
      shownAt = now()
      output.write(`${text}\n`)
    },
  }
}
