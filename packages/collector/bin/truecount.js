#!/usr/bin/env node
// Half of the threads may look up names. Of libuv's four, two names whose servers are dead would hold that half, and no
// other webhook would be found. To be set before anything uses a thread.
process.env.UV_THREADPOOL_SIZE ??= '16'
await import('../dist/main.js')
