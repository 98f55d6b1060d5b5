import { describe, expect, it } from 'vitest';
import { pair, randomFrom, tally, textOfPair } from './pairs.ts';

describe('covers, beside deciding', () => {
  it('never says yes where a call of a small world shows otherwise', () => {
    const { yes, wrong } = tally(randomFrom(20_261_119), 4000);
    expect(wrong.map(textOfPair)).toEqual([]);
    // A test that never hears a yes proves nothing.
    expect(yes).toBeGreaterThan(1000);
  });

  it('makes the same pairs of the same seed', () => {
    expect(pair(randomFrom(7))).toEqual(pair(randomFrom(7)));
  });
});
