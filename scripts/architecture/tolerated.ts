import type { Tolerated } from './tolerance.ts';

/** Findings that are known and not yet mended, by rule and file. Numbers may only fall. */
export const tolerated: Tolerated = {
  owner: {
    'server/src/change/change.ts': 1,
  },
};
