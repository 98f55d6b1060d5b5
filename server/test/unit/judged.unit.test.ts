import { accessOf, endpoints } from '@warifu/contract';
import { describe, expect, it } from 'vitest';
import { harmless, isJudged, mustConfirm } from '../../src/ways-back/harmless.ts';

const changing = endpoints.filter(
  (endpoint) => endpoint.method !== 'GET' && !['anyone', 'gate key'].includes(accessOf(endpoint)),
);
const listed = harmless.flatMap(({ some }) => some.map(({ operation }) => operation));

describe('what a signed-in person changes', () => {
  it.each(changing.map((endpoint) => [endpoint.operation, endpoint] as const))(
    '%s is judged by how people get in afterwards, or stands on the list of what is not',
    (operation, endpoint) => {
      expect(isJudged(endpoint)).toBe(!listed.includes(operation));
    },
  );

  it('is on that list once, with a reason, and only when it changes something', () => {
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.filter((operation) => !changing.some((endpoint) => endpoint.operation === operation))).toEqual([]);
    for (const { why } of harmless) expect(why.length).toBeGreaterThan(20);
  });

  it('is confirmed in the console whatever it is, and by programs where no client of the reference calls it', () => {
    for (const endpoint of changing.filter(isJudged)) {
      expect(mustConfirm(endpoint, true)).toBe(true);
      expect(mustConfirm(endpoint, false)).toBe(endpoint.own);
    }
    expect(changing.filter((endpoint) => mustConfirm(endpoint, false)).length).toBeGreaterThan(8);
  });
});
