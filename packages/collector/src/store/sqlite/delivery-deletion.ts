import type { Database } from 'better-sqlite3'

/** Deletes deliveries by their rows, with their attempts. To be called inside a transaction. */
export function createDeleteDeliveries(db: Database): (deliveries: readonly number[]) => void {
  const removeAttempts = db.prepare<[number]>('DELETE FROM delivery_attempt WHERE delivery = ?')
  const remove = db.prepare<[number]>('DELETE FROM delivery WHERE id = ?')
  return (deliveries) => {
    for (const id of deliveries) {
      removeAttempts.run(id)
      remove.run(id)
    }
  }
}
