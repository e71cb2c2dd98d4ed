import { expect, test } from 'vitest'
import { createSafeStorage, type WebStorage } from '../../src/browser/safe-storage.ts'
import { createFakeStorage, forbiddenStorage } from '../fake-storage.ts'

const write = (name: string, value: string) => (storage: WebStorage) => (storage.setItem(name, value), true)

test('what is done with storage is answered', () => {
  const fake = createFakeStorage()
  const storage = createSafeStorage(() => fake)
  expect(storage(write('a:1', 'x'))).toBe(true)
  expect(storage(write('a:2', ''))).toBe(true)
  expect(['a:1', 'a:2', 'none'].map((name) => storage((open) => open.getItem(name)))).toEqual(['x', '', null])
  expect(storage((open) => Object.keys(open))).toEqual(['a:1', 'a:2'])
  storage((open) => open.removeItem('a:1'))
  expect(storage((open) => Object.keys(open))).toEqual(['a:2'])
})

test.each([
  ['forbidden', forbiddenStorage],
  ['not there', () => undefined as never],
  ['broken', () => new Proxy({} as Storage, { get: forbiddenStorage, ownKeys: forbiddenStorage })],
])('storage that is %s answers instead of throwing', (_, given) => {
  const storage = createSafeStorage(given)
  expect(storage(write('a', 'x'))).toBeUndefined()
  expect(storage((open) => open.getItem('a'))).toBeUndefined()
  expect(storage((open) => Object.keys(open))).toBeUndefined()
  expect(() => storage((open) => open.removeItem('a'))).not.toThrow()
})

test('a write beyond the quota is told, and what was there stays', () => {
  const fake = createFakeStorage(10)
  const storage = createSafeStorage(() => fake)
  expect(storage(write('a', '12345'))).toBe(true)
  expect(storage(write('b', '1234567'))).toBeUndefined()
  expect(storage(write('a', '1234567890'))).toBeUndefined()
  expect(storage((open) => open.getItem('a'))).toBe('12345')
})

test('storage that comes and goes is asked anew each time', () => {
  const fake = createFakeStorage()
  let isAllowed = false
  const storage = createSafeStorage(() => (isAllowed ? fake : forbiddenStorage()))
  expect(storage(write('a', 'x'))).toBeUndefined()
  isAllowed = true
  expect(storage(write('a', 'x'))).toBe(true)
})
