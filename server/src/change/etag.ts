import { hashSecret } from '../crypto/tokens.ts';
import { Failure } from '../failure.ts';

/** The entity tag of a text, or of several that are changed as one: the same for the same text, whenever it was saved. */
export function etagOf(...texts: readonly string[]): string {
  return `"${hashSecret(JSON.stringify(texts)).slice(0, 32)}"`;
}

/**
 * Refuses a change of what reads otherwise by now than when the caller read it; call it behind the lock. Who sends no
 * `If-Match` is not asked: existing clients do not know it.
 * @param ifMatch the header: `*`, or tags of which one must fit (RFC 9110 §13.1.1); weak ones never do
 * @throws Failure COM0412
 */
export function assertUnchanged(ifMatch: string | undefined, ...texts: readonly string[]): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.includes(etagOf(...texts))) throw new Failure('COM0412');
}
