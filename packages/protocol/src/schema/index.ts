export { EventSchema, validateEvent } from './event-schema.ts'
export type { ValidatedEvent } from './event-schema.ts'
