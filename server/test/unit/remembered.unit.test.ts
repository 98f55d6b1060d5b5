import { describe, expect, it } from 'vitest';
import { remembered } from '../../src/remembered.ts';
import { heapInUse } from '../support/heap.ts';

describe('what is remembered of texts', () => {
  it('is found again, also of texts of several scripts and of broken ones', () => {
    let reads = 0;
    const lengthOf = remembered((text) => {
      reads++;
      return text.length;
    });
    const texts = ['', 'a', 'é', '注文', '😀', '\ud800'];
    const lengths = texts.map((text) => text.length);
    expect([texts.map(lengthOf), texts.map(lengthOf), reads]).toEqual([lengths, lengths, texts.length]);
  });

  it('is no answer that nothing is', () => {
    let reads = 0;
    const nothing = remembered(() => void reads++);
    nothing('a');
    nothing('a');
    expect(reads).toBe(2);
  });

  it('attack: a piece of a long text does not keep the text', () => {
    const itself = remembered((text) => text);
    const before = heapInUse();
    const filler = 'x'.repeat(50_000);
    for (let i = 0; i < 2000; i++)
      itself(Buffer.from(`a name of a header ${i} ${filler}`).toString('latin1').slice(0, 30));
    // 100 MB of texts.
    expect(heapInUse() - before).toBeLessThan(10_000_000);
    expect(itself('a name of a header 1 xxxxxxxxx')).toBe('a name of a header 1 xxxxxxxxx');
  });
});
