import type { BlockRows } from './block-rows.ts'

/** Whose rows are whose: place 0 is none. */
export interface RowUsers {
  /** By row. */
  readonly places: Uint32Array
  /** By place, the first of them for none. */
  readonly users: readonly ProjectUser[]
}

export interface ProjectUser {
  readonly project: number
  readonly text: string
}

/** Tells the users of different projects apart, which share a text in a block. */
export function usersOfRows({ length, projects, users: { texts, places: textOfRow } }: BlockRows): RowUsers {
  const places = new Uint32Array(length)
  const users: ProjectUser[] = [{ project: 0, text: '' }]
  // Nearly all texts are of one project: the first that has it needs no look-up.
  const firstProject = new Float64Array(texts.length).fill(-1)
  const firstPlace = new Uint32Array(texts.length)
  const others = new Map<number, number>()
  for (let row = 0; row < length; row++) {
    const text = textOfRow[row] as number
    if (text === 0) continue
    const project = projects[row] as number
    if (firstProject[text] === project) {
      places[row] = firstPlace[text] as number
      continue
    }
    const key = project * texts.length + text
    let place = others.get(key)
    if (place === undefined) {
      place = users.push({ project, text: texts[text] as string }) - 1
      if (firstProject[text] === -1) {
        firstProject[text] = project
        firstPlace[text] = place
      } else others.set(key, place)
    }
    places[row] = place
  }
  return { places, users }
}
