import { compile, type Decider } from '@warifu/policy';
import { sourcesOf, type Texts } from './documents.ts';

type Kept = { readonly decider: Decider; readonly weight: number };

const kept = new Map<string, Kept>();
let keptWeight = 0;

/** Bytes, by estimate: what the worst documents keep when they are compiled is 30 times their text. */
const mostKept = 64 * 1024 * 1024;
const perCharacter = 30;
const perDecider = 2048;

/**
 * The compiled decider of a user's texts. It is kept by the texts themselves, which every request reads anew: a changed
 * permission cannot meet an old decider (R62). Those that were not used for longest go first.
 */
export function deciderOf(texts: Texts): Decider {
  const key = JSON.stringify([texts.own, texts.defaults, ...texts.roles.map((role) => role.permission)]);
  const known = kept.get(key);
  if (known) {
    kept.delete(key);
    kept.set(key, known);
    return known.decider;
  }
  const decider = compile(sourcesOf(texts));
  keep(key, { decider, weight: key.length * perCharacter + perDecider });
  return decider;
}

// SECURITY: bounded by size, not by number: a user who changes a large permission a thousand times must not fill the
// memory.
function keep(key: string, entry: Kept): void {
  kept.set(key, entry);
  keptWeight += entry.weight;
  for (const [oldest, { weight }] of kept) {
    if (keptWeight <= mostKept || oldest === key) return;
    kept.delete(oldest);
    keptWeight -= weight;
  }
}

/** What is kept now, for the test of its bound. */
export function deciderCache(): { entries: number; weight: number } {
  return { entries: kept.size, weight: keptWeight };
}
