import { compile, type Decider, type PermissionDocument } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { perDatabase, type Soon, whenThere } from '../db/reads.ts';
import { parsePermission, readTexts, sourcesOf, type Texts } from './documents.ts';

/** A SAM user at a version of everything that decides for it. */
type Subject = { readonly operatorId: string; readonly userId: string; readonly revision: number };

type Kept = { readonly revision: number; readonly decider: Decider; readonly texts: readonly string[] };

/** By database, operator and user. */
const kept = new Map<string, Kept>();
/** What the kept ones are made of; many users have the same roles and defaults. */
const documents = new Map<string, { readonly document: PermissionDocument; uses: number }>();
let weight = 0;

/** Bytes, by estimate: what the worst documents keep when they are compiled is 30 times their text. */
const mostKept = 64 * 1024 * 1024;
const perCharacter = 30;
const perDecider = 2048;

let databases = 0;
const numberOf = perDatabase(() => ++databases);

/**
 * The compiled decider of a SAM user. It is kept for the revision of its operator, which every change of a permission,
 * role or default raises and every request reads anew: a changed permission cannot meet an old decider (R62).
 */
export function deciderFor(db: Db, { operatorId, userId, revision }: Subject): Soon<Decider> {
  const key = `${numberOf(db)}/${operatorId}/${userId}`;
  const known = kept.get(key);
  if (known?.revision === revision) return known.decider;
  return whenThere(readTexts(db, operatorId, userId), (found) => keepDecider(key, found));
}

/** The decider of texts that a transaction sees; nothing of it is kept. */
export function deciderOf(texts: Texts): Decider {
  return compile(sourcesOf(texts, (text) => documents.get(text)?.document ?? parsePermission(text)));
}

/**
 * Compiles the texts of a user and keeps the decider instead of the one before.
 * SECURITY: bounded by size, not by number, and one per user: somebody who changes a large permission a thousand times
 * must not fill the memory.
 */
export function keepDecider(
  key: string,
  { texts, revision }: { readonly texts: Texts; readonly revision: number },
): Decider {
  const decider = compile(sourcesOf(texts, hold));
  forget(key);
  const all = [texts.own, texts.defaults, ...texts.roles.map(({ permission }) => permission)];
  kept.set(key, { revision, decider, texts: all.filter((text) => text !== '') });
  weight += perDecider;
  for (const oldest of kept.keys()) {
    if (weight <= mostKept || oldest === key) break;
    forget(oldest);
  }
  return decider;
}

function forget(key: string): void {
  const old = kept.get(key);
  if (!old) return;
  kept.delete(key);
  weight -= perDecider;
  for (const text of old.texts) release(text);
}

function hold(text: string): PermissionDocument {
  let shared = documents.get(text);
  if (!shared) {
    shared = { document: parsePermission(text), uses: 0 };
    documents.set(text, shared);
    weight += text.length * perCharacter;
  }
  shared.uses++;
  return shared.document;
}

function release(text: string): void {
  const shared = documents.get(text);
  if (!shared || --shared.uses > 0) return;
  documents.delete(text);
  weight -= text.length * perCharacter;
}

/** What is kept now, for the test of its bound. */
export function deciderCache(): { entries: number; weight: number } {
  return { entries: kept.size, weight };
}
