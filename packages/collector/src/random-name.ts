import { animals, names, uniqueNamesGenerator } from 'unique-names-generator'

/** A name such as `Pamela Heron`. `random` is in [0, 1). */
export function createRandomName(random: () => number): () => string {
  return () =>
    uniqueNamesGenerator({
      dictionaries: [names, animals],
      separator: ' ',
      style: 'capital',
      // 0 would be no seed.
      seed: 1 + Math.floor(random() * 2 ** 31),
    })
}
