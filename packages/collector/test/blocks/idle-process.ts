import { createThreadCalls } from '../../src/store/blocks/thread-calls.ts'

/** Asks a thread, and neither stops it nor ends the process. */
const { call } = createThreadCalls(new URL('calls-thread.ts', import.meta.url), undefined, 64)
process.stdout.write(String(await call('count')))
