import { createMemoryQueue } from '../src/capture/memory-queue.ts'
import { describeQueue } from './queue.contract.ts'

describeQueue('memory queue', createMemoryQueue)
