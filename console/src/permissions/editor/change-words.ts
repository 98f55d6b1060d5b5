import { type Reach, reach } from '@warifu/policy';
import { named, type Translate } from '../../language.ts';
import type { KnownOperation } from '../known-operations.ts';
import { sourcesFrom } from '../sources.ts';

/** What a changed permission means for the operations that permissions decide, in words. */
export function changeWords(
  operations: readonly KnownOperation[],
  before: string,
  after: string,
  t: Translate,
): string[] {
  const old = reachOf(before, operations);
  const fresh = reachOf(after, operations);
  return operations.flatMap(({ name, access }, place) => {
    const words = access === 'permission' && wordsFor(old[place], fresh[place]);
    return words ? [t(words, { api: named(name) })] : [];
  });
}

function reachOf(text: string, operations: readonly KnownOperation[]): Reach[] {
  return reach(sourcesFrom([{ from: { kind: 'own' }, text }]), operations);
}

function wordsFor(old: Reach | undefined, fresh: Reach | undefined) {
  if (!old || !fresh) return undefined;
  if (old.allowed === fresh.allowed) return sameConditions(old, fresh) ? undefined : 'editor.conditions';
  if (fresh.allowed === 'never') return 'editor.closed';
  if (fresh.allowed === 'always') return 'editor.opened';
  return old.allowed === 'never' ? 'editor.openedSometimes' : 'editor.narrowed';
}

function sameConditions(old: Reach, fresh: Reach): boolean {
  if (old.allowed !== 'sometimes') return true;
  const conditions = ({ allowedBy, deniedBy }: Reach) =>
    JSON.stringify([allowedBy, deniedBy].map((list) => list.map(({ condition }) => condition).toSorted()));
  return conditions(old) === conditions(fresh);
}
