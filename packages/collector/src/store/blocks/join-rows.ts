import type { BlockRows, Texts } from './block-rows.ts'
import type { RowBytes } from './row-bytes.ts'

/** Some rows of a block, ascending; all if `rows` is left out. */
export interface BlockPart {
  readonly block: BlockRows
  readonly rows?: Uint32Array | undefined
}

/** Joins blocks, which are given in the order of their numbers. */
export function joinRows(parts: readonly BlockPart[]): BlockRows {
  const length = parts.reduce((sum, { block, rows }) => sum + (rows ?? block).length, 0)
  const blockOfRow = new Uint32Array(length)
  const rowInBlock = new Uint32Array(length)
  let end = 0
  for (const [i, { block, rows }] of parts.entries()) {
    const count = (rows ?? block).length
    blockOfRow.fill(i, end, end + count)
    for (let k = 0; k < count; k++) rowInBlock[end + k] = rows === undefined ? k : (rows[k] as number)
    end += count
  }
  const fill = <T extends Uint32Array | Float64Array>(column: T, of: (block: BlockRows) => T): T =>
    fillColumn(column, parts, of)
  const hasOriginals = parts.some(({ block }) => block.originals !== undefined)
  return {
    length,
    numbers: fill(new Float64Array(length), (block) => block.numbers),
    times: fill(new Float64Array(length), (block) => block.times),
    received: fill(new Float64Array(length), (block) => block.received),
    originals: hasOriginals
      ? fill(new Float64Array(length), (block) => block.originals ?? new Float64Array(block.length).fill(Number.NaN))
      : undefined,
    projects: fill(new Uint32Array(length), (block) => block.projects),
    names: joinTexts(length, parts, (block) => block.names, []),
    users: joinTexts(length, parts, (block) => block.users, ['']),
    pages: joinTexts(length, parts, (block) => block.pages, ['']),
    lanes: fill(new Uint32Array(length), (block) => block.lanes),
    seqs: fill(new Float64Array(length), (block) => block.seqs),
    claims: joinBytes(parts, blockOfRow, rowInBlock, (block) => block.claims),
    metadata: joinBytes(parts, blockOfRow, rowInBlock, (block) => block.metadata),
  }
}

function fillColumn<T extends Uint32Array | Float64Array>(
  column: T,
  parts: readonly BlockPart[],
  of: (block: BlockRows) => T,
): T {
  let end = 0
  for (const { block, rows } of parts) {
    const values = of(block)
    if (rows === undefined) column.set(values, end)
    else for (let k = 0; k < rows.length; k++) column[end + k] = values[rows[k] as number] as number
    end += (rows ?? block).length
  }
  return column
}

/** `reserved` texts stand for nothing, and are the same in all blocks. A text that only left-out rows have may stay. */
function joinTexts(
  length: number,
  parts: readonly BlockPart[],
  of: (block: BlockRows) => Texts,
  reserved: readonly string[],
): Texts {
  const texts = [...reserved]
  const places = new Uint32Array(length)
  const known = new Map<string, number>()
  function placeIn(text: string): number {
    const place = known.get(text) ?? texts.push(text) - 1
    if (place === texts.length - 1) known.set(text, place)
    return place
  }
  let end = 0
  for (const { block, rows } of parts) {
    const from = of(block)
    const placeOf = new Uint32Array(from.texts.length)
    for (let i = 0; i < placeOf.length; i++) placeOf[i] = i < reserved.length ? i : placeIn(from.texts[i] as string)
    const count = (rows ?? block).length
    for (let k = 0; k < count; k++) {
      const row = rows === undefined ? k : (rows[k] as number)
      places[end + k] = placeOf[from.places[row] as number] as number
    }
    end += count
  }
  return { texts, places }
}

/** Leaves the bytes where they are. */
function joinBytes(
  parts: readonly BlockPart[],
  blockOfRow: Uint32Array,
  rowInBlock: Uint32Array,
  of: (block: BlockRows) => RowBytes,
): RowBytes {
  const blocks = parts.map(({ block }) => of(block))
  const bytesOf = (row: number) => blocks[blockOfRow[row] as number] as RowBytes
  const placeOf = (row: number) => rowInBlock[row] as number
  return {
    length: (row) => bytesOf(row).length(placeOf(row)),
    bytes: (row) => bytesOf(row).bytes(placeOf(row)),
    uint32: (row, offset) => bytesOf(row).uint32(placeOf(row), offset),
    copy: (row, into, at) => bytesOf(row).copy(placeOf(row), into, at),
  }
}
