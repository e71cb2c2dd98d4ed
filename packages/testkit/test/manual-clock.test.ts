import { describe, expect, test } from 'vitest'
import { createManualClock } from '../src/index.ts'

describe('manual clock', () => {
  test('timers run in order of their due time, each at its own instant', async () => {
    const clock = createManualClock(1000)
    const ran: string[] = []
    clock.startTimer(() => ran.push(`late ${clock.now()}`), 20)
    clock.startTimer(() => ran.push(`early ${clock.now()}`), 10)
    clock.startTimer(() => ran.push(`early too ${clock.now()}`), 10)

    await clock.advance(19)
    expect(ran).toEqual(['early 1010', 'early too 1010'])
    await clock.advance(1)
    expect(ran).toEqual(['early 1010', 'early too 1010', 'late 1020'])
    expect(clock.now()).toBe(1020)
  })

  test('promises settle between timers, so a timer started by one still fires in the same advance', async () => {
    const clock = createManualClock(0)
    const ran: number[] = []
    const wait = (ms: number) => new Promise<void>((resolve) => void clock.startTimer(resolve, ms))
    const loop = (async () => {
      for (let i = 0; i < 3; i++) {
        await wait(10)
        await Promise.resolve()
        ran.push(clock.now())
      }
    })()

    await clock.advance(30)
    await loop
    expect(ran).toEqual([10, 20, 30])
  })

  test('what was under way before the advance starts its timer first', async () => {
    const clock = createManualClock(0)
    const ran: number[] = []
    void (async () => {
      for (let hops = 0; hops < 5; hops++) await Promise.resolve()
      clock.startTimer(() => ran.push(clock.now()), 10)
    })()
    await clock.advance(10)
    expect(ran).toEqual([10])
  })

  test('a stopped timer never runs and is not pending', async () => {
    const clock = createManualClock()
    const ran: string[] = []
    const stop = clock.startTimer(() => ran.push('stopped'), 5)
    clock.startTimer(() => ran.push('kept'), 5)
    expect(clock.pending()).toBe(2)
    stop()
    expect(clock.pending()).toBe(1)

    await clock.advance(5)
    expect(ran).toEqual(['kept'])
    expect(clock.pending()).toBe(0)
  })

  test('a jump of the wall clock neither fires nor delays a timer', async () => {
    const clock = createManualClock(0)
    const ran: number[] = []
    clock.startTimer(() => ran.push(clock.now()), 10)
    clock.jump(3_600_000)
    await clock.advance(9)
    expect(ran).toEqual([])
    clock.jump(-7_200_000)
    await clock.advance(1)
    expect(ran).toEqual([-3_600_000 + 10])
  })

  test('delays that a real timer would not keep, and time running backwards, are refused', async () => {
    const clock = createManualClock()
    for (const delayMs of [-1, NaN, Infinity, 2 ** 31]) {
      expect(() => clock.startTimer(() => {}, delayMs)).toThrow(RangeError)
    }
    await expect(clock.advance(-1)).rejects.toThrow('jump()')
  })

  test('an error thrown by a timer reaches whoever advances the clock', async () => {
    const clock = createManualClock()
    clock.startTimer(() => {
      throw new Error('from the timer')
    }, 1)
    await expect(clock.advance(1)).rejects.toThrow('from the timer')
  })
})
