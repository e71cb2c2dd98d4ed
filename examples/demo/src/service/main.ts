// A service as yours might be: it tracks with the SDK and serves a little HTTP. The demo runs it as its own process.
// Usage: node main.ts LOG BEFORE_MS, with TRUECOUNT_KEY and TRUECOUNT_ENDPOINT in the environment.
import { createTracker } from 'truecount'
import { startLoopbackServer } from '../loopback-server.ts'
import { replayLog } from './replay-log.ts'
import { createShopHandler } from './shop-handler.ts'

const SHUTDOWN_TIMEOUT_MS = 15_000

const [logPath = '', beforeMs = ''] = process.argv.slice(2)
const { TRUECOUNT_KEY: key = '', TRUECOUNT_ENDPOINT: endpoint = '' } = process.env
const report = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`)

const tracker = createTracker({ key, endpoint })
const server = await startLoopbackServer(createShopHandler(tracker))
report({ msg: 'listening', url: server.url })

const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()))

await replayLog({ tracker, path: logPath, beforeMs: Number(beforeMs), report, signal: stopping.signal })
await stopped
await server.stop()
await tracker.shutdown({ timeoutMs: SHUTDOWN_TIMEOUT_MS })
report({ msg: 'stopped', stats: tracker.stats() })
