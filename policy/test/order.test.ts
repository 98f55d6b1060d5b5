import { describe, expect, it } from 'vitest';
import { compile, type DocumentOrigin, type Source } from '../src/index.ts';
import { CALL, documentFrom, source } from './support.ts';

/** Each place holds nothing, an allow, a deny, or both; the places come in every order: 64 × 6 mixes. */
const CONTENTS = [[], ['allow'], ['deny'], ['allow', 'deny'], ['deny', 'allow']] as const;
const PLACES: readonly DocumentOrigin[] = [{ kind: 'own' }, { kind: 'role', name: 'r' }, { kind: 'default' }];
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

const mixes = CONTENTS.flatMap((own) =>
  CONTENTS.flatMap((role) => CONTENTS.map((byDefault) => [own, role, byDefault] as const)),
);

describe('R58: deny wins whatever its place or order', () => {
  for (const order of ORDERS) {
    it(`places in the order ${order.map((i) => PLACES[i]?.kind).join(', ')}`, () => {
      for (const mix of mixes) {
        const sources: Source[] = order.map((i) =>
          source(documentFrom(...(mix[i] ?? []).map((effect) => ({ effect, api: 'User:*' }))), PLACES[i]),
        );
        const effects = mix.flat();
        const expected = effects.includes('deny') ? 'deny' : effects.includes('allow') ? 'allow' : 'deny';
        const decider = compile(sources);
        expect(decider.decide(CALL)).toBe(expected);
        expect(decider.explain(CALL).decision).toBe(expected);
        expect(decider.decide({ ...CALL, api: 'Other:x' })).toBe('deny');
      }
    });
  }
});
