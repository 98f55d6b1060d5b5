import { compile, type Decider } from '@warifu/policy';
import { sourcesOf, type Texts } from './documents.ts';

const kept = new Map<string, Decider>();
const mostKept = 2000;

/**
 * The compiled decider of a user's texts. It is kept by the texts themselves, which every request reads anew: a changed
 * permission cannot meet an old decider (R62).
 */
export function deciderOf(texts: Texts): Decider {
  const key = JSON.stringify([texts.own, texts.defaults, ...texts.roles.map((role) => role.permission)]);
  const known = kept.get(key);
  if (known) return known;
  const decider = compile(sourcesOf(texts));
  if (kept.size >= mostKept) kept.clear();
  kept.set(key, decider);
  return decider;
}
