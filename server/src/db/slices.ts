import { setImmediate as turn } from 'node:timers/promises';
import type { DeleteResult } from 'kysely';

/** On an embedded database a statement holds up the event loop; so many rows take it a few milliseconds. */
const slice = 500;

/**
 * Removes many rows a few at a time, so that other work goes on in between and no lock is held for long.
 * @param remove removes so many rows at most, in a statement of its own. On PostgreSQL a row may change between being
 *   found and being removed: the condition must stand at both places.
 */
export async function inSlices(remove: (atMost: number) => Promise<DeleteResult>): Promise<void> {
  for (;;) {
    const { numDeletedRows } = await remove(slice);
    if (numDeletedRows < slice) return;
    await turn();
  }
}
