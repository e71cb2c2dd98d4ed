import { expect, test } from 'vitest'
import { createSafeStorage } from '../../src/browser/safe-storage.ts'
import { createFakeStorage, forbiddenStorage } from '../fake-storage.ts'

test('entries are written, read, listed by prefix and erased', () => {
  const fake = createFakeStorage()
  const storage = createSafeStorage(() => fake)
  expect(storage.write('a:1', 'x')).toBe(true)
  expect(storage.write('a:2', '')).toBe(true)
  expect(storage.write('b:1', 'z')).toBe(true)
  expect([storage.read('a:1'), storage.read('a:2'), storage.read('none')]).toEqual(['x', '', undefined])
  expect(storage.names('a:')).toEqual(['a:1', 'a:2'])
  storage.erase('a:1')
  expect(storage.names('')).toEqual(['a:2', 'b:1'])
})

test.each([
  ['forbidden', forbiddenStorage],
  ['not there', () => undefined],
  ['broken', () => new Proxy({} as Storage, { get: forbiddenStorage })],
])('storage that is %s answers instead of throwing', (_, given) => {
  const storage = createSafeStorage(given)
  expect(storage.write('a', 'x')).toBe(false)
  expect(storage.read('a')).toBeUndefined()
  expect(storage.names('')).toEqual([])
  expect(() => storage.erase('a')).not.toThrow()
})

test('a write beyond the quota is told, and what was there stays', () => {
  const fake = createFakeStorage(10)
  const storage = createSafeStorage(() => fake)
  expect(storage.write('a', '12345')).toBe(true)
  expect(storage.write('b', '1234567')).toBe(false)
  expect(storage.write('a', '1234567890')).toBe(false)
  expect(storage.read('a')).toBe('12345')
})

test('storage that comes and goes is asked anew each time', () => {
  const fake = createFakeStorage()
  let isAllowed = false
  const storage = createSafeStorage(() => (isAllowed ? fake : forbiddenStorage()))
  expect(storage.write('a', 'x')).toBe(false)
  isAllowed = true
  expect(storage.write('a', 'x')).toBe(true)
})
