import type { Notice, Repeated } from '../facts.ts';
import { type Block, list, type Pages, paragraph, pointer, type Words } from './letter.ts';

/** What is told of each time, in one line. */
export type WriteTime = (repeated: Repeated) => string;

/** How many times a mail tells of. */
export function timesOf({ further = [], unnamed = 0 }: Notice): number {
  return 1 + further.length + unnamed;
}

/** Each time that a gathered notice tells of, and where to read of those that it does not name; nothing for a single one. */
export function gatheredTimes({ gathered }: Words, notice: Notice, pages: Pages, write: WriteTime): Block[] {
  const { further = [], unnamed = 0 } = notice;
  if (further.length === 0) return [];
  return [
    paragraph(gathered.times(timesOf(notice))),
    list([notice, ...further].map(write)),
    ...(unnamed > 0 ? [pointer(gathered.unnamed(unnamed), pages.auditLog)] : []),
    paragraph(gathered.first),
    pointer(gathered.users, pages.users),
  ];
}
