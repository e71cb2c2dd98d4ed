import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Dataset, type DatasetEvent, eventAt } from './dataset.ts'

const EVENTS_A_PIECE = 2_000

/** Writes a file of comma-separated values, no head, a line an event, texts quoted as RFC 4180 has it. */
export async function writeCsv(path: string, dataset: Dataset, columns: (event: DatasetEvent) => readonly string[]) {
  await pipeline(function* () {
    for (let first = 0; first < dataset.events; first += EVENTS_A_PIECE) {
      let piece = ''
      const end = Math.min(dataset.events, first + EVENTS_A_PIECE)
      for (let i = first; i < end; i++) piece += `${i + 1},${columns(eventAt(dataset, i)).map(quote).join()}\n`
      yield piece
    }
  }, createWriteStream(path))
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
