import type { Terminal } from './terminal.ts'

const WIDTH = 30
const REDRAW_MS = 100

export interface ProgressBar {
  show(done: number, total: number): void
  /** Clears the line. */
  end(): void
}

/** A bar on standard error where that is a terminal, and nothing elsewhere. */
export function createProgressBar({ err, showsProgress }: Terminal, what: string, now: () => number): ProgressBar {
  let drawnAtMs = Number.NEGATIVE_INFINITY
  if (!showsProgress) return { show: () => undefined, end: () => undefined }
  return {
    show(done, total) {
      if (now() - drawnAtMs < REDRAW_MS && done < total) return
      drawnAtMs = now()
      const part = total === 0 ? 1 : Math.min(1, done / total)
      const bar = '█'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '░')
      err(`\r${bar} ${Math.floor(part * 100)} % ${what}`)
    },
    end: () => err('\r\u001B[K'),
  }
}
