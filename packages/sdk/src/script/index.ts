import { createTracker } from '../browser/index.ts'
import { startFromScriptTag } from './start-from-script-tag.ts'

startFromScriptTag(document.currentScript, globalThis as { truecount?: unknown }, createTracker)
