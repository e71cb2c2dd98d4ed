import type { Outcome } from './check-books.ts'

/** The books as lines of text, with the verdict last. `off` is what {@link checkBooks} found. */
export function printBooks(outcome: Outcome, off: readonly string[], badLines: number): readonly string[] {
  const { books, webhooks, comparisons } = outcome
  return [
    '',
    'The books',
    figure('tracked', outcome.tracked, badLines === 0 ? '' : `   (${badLines} bad lines of the log left out)`),
    figure('captured', books.captured),
    figure('stored', books.stored),
    figure('duplicates prevented', books.duplicatesPrevented),
    figure('rejected', books.rejected),
    figure('dropped', books.dropped),
    figure('missing', books.missing),
    figure('waiting', outcome.waiting),
    figure('webhooks verified', webhooks.verified, `   (${outcome.expectedWebhooks} expected)`),
    '',
    'The collector’s counts beside plain counting',
    ...comparisons.map(({ what, expected, reported }) => {
      return `  ${String(reported).padStart(7)} ${reported === expected ? '=' : '≠'} ${String(expected).padEnd(7)} ${what}`
    }),
    '',
    ...(off.length === 0 ? ['The books close.'] : ['The books do not close:', ...off.map((line) => `  ${line}`)]),
  ]
}

function figure(name: string, value: number, note = ''): string {
  return `  ${name.padEnd(22)}${String(value).padStart(7)}${note}`
}
