import { expect, test } from 'vitest'
import { createPageIdentity } from '../../src/browser/page-identity.ts'
import { createFakeStorage, forbiddenStorage, safely, type FakeStorage } from '../fake-storage.ts'

let made = 0

/** A page that is loaded on a browser with this storage, which is shut before consent and after its refusal. */
function load(storage: FakeStorage, createId: () => string | undefined = () => `anonymous-${++made}`) {
  let isOpen = false
  const safe = safely(() => (isOpen ? storage : forbiddenStorage()))
  const page = createPageIdentity(safe, 'p:', createId)
  return {
    ...page,
    persist(allowed: boolean) {
      isOpen = true
      page.persist(allowed)
      isOpen = allowed
    },
  }
}

test('a visitor keeps one anonymous id over pages and visits, and reset makes a new one', () => {
  const storage = createFakeStorage()
  const first = load(storage)
  first.persist(true)
  const id = first.userId()
  expect(first.userId()).toBe(id)
  const second = load(storage)
  second.persist(true)
  expect(second.userId()).toBe(id)
  second.reset()
  expect(second.userId()).not.toBe(id)
})

test('identify says which anonymous id came before, and the user stays over pages until reset', () => {
  const storage = createFakeStorage()
  const first = load(storage)
  first.persist(true)
  const id = first.userId()
  expect(first.identify('ann')).toBe(id)
  const second = load(storage)
  second.persist(true)
  expect(second.userId()).toBe('ann')
  second.reset()
  const third = load(storage)
  third.persist(true)
  expect(third.userId()).not.toBe('ann')
  expect(third.userId()).not.toBe(id)
})

test('before consent storage is not touched, and the ids of that time are kept once it is given', () => {
  const storage = createFakeStorage()
  const page = load(storage)
  const id = page.userId()
  page.identify('ann')
  expect(storage.uses()).toBe(0)
  page.persist(true)
  expect([...storage.entries]).toEqual([
    ['p:user', 'ann'],
    ['p:anonymous', id],
  ])
})

test('a user who logged out before consent was given is not brought back by it', () => {
  const storage = createFakeStorage()
  const before = load(storage)
  before.persist(true)
  before.identify('ann')
  const page = load(storage)
  page.reset()
  page.persist(true)
  expect(page.userId()).not.toBe('ann')
})

test.each([
  ['withdrawn', true],
  ['refused where an earlier visit had given it', false],
])('a consent that is %s erases what is stored of the person', (_, wasGiven) => {
  const storage = createFakeStorage()
  const before = load(storage)
  before.persist(true)
  before.identify('ann')
  const page = wasGiven ? before : load(storage)
  const id = before.identify('ann')
  page.persist(false)
  expect(storage.entries.size).toBe(0)
  page.identify('bob')
  expect(storage.entries.size).toBe(0)
  page.reset()
  expect(page.userId()).not.toBe(id)
})

test('without an anonymous id nobody is named until identify, and nothing is stored', () => {
  const storage = createFakeStorage()
  const page = load(storage, () => undefined)
  page.persist(true)
  expect(page.userId()).toBeUndefined()
  expect(storage.entries.size).toBe(0)
  expect(page.identify('ann')).toBeUndefined()
  expect(page.userId()).toBe('ann')
})

test('without an anonymous id, that of an earlier visit is not used either, and is erased', () => {
  const storage = createFakeStorage()
  const before = load(storage)
  before.persist(true)
  before.userId()
  const page = load(storage, () => undefined)
  page.persist(true)
  expect(page.userId()).toBeUndefined()
  expect(storage.entries.size).toBe(0)
})

test('where storage is forbidden the ids last as long as the page', () => {
  const page = createPageIdentity(safely(forbiddenStorage), 'p:', () => 'id')
  page.persist(true)
  expect(page.userId()).toBe('id')
  page.identify('ann')
  expect(page.userId()).toBe('ann')
})
