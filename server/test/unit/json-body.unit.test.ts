import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { parseJsonBody } from '../../src/http/json-body.ts';

/** The field that a refusal names. */
function refusalOf(text: string): unknown {
  try {
    parseJsonBody(text);
  } catch (error) {
    if (error instanceof Failure && error.code === 'COM0001') return error.params.field;
    throw error;
  }
  return 'accepted';
}

describe('R66: what two readers could read differently', () => {
  it.each(['{}', '{"a":{"b":1},"c":{"b":2}}', '[{"a":1},{"a":2}]', '{"a":"{\\"a\\":1}","b":"__proto__"}', '"x"', '1'])(
    'reads %s like JSON.parse',
    (text) => {
      expect(parseJsonBody(text)).toEqual(JSON.parse(text));
    },
  );

  it.each([
    ['{"__proto__":1}', '__proto__'],
    ['{"a":{"__proto__":{"b":1}}}', '__proto__'],
    ['{"\\u005f_proto__":1}', '__proto__'],
    ['{"constructor":1}', 'constructor'],
    ['{"prototype":1}', 'prototype'],
    ['[{"a":[{"constructor" : 1}]}]', 'constructor'],
  ])('refuses the member name of %s', (text, field) => {
    expect(refusalOf(text)).toBe(field);
  });

  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"b":2,"\\u0061":3}', 'a'],
    ['{"x":{"a":1,"a":1}}', 'a'],
    ['{"a":{"a":1},"a":1}', 'a'],
  ])('refuses the repeated member of %s', (text, field) => {
    expect(refusalOf(text)).toBe(field);
  });

  it.each([
    ['{"a":"\\u0000"}', 'a'],
    ['{"a":["x","y\\u0000"]}', 'a'],
    ['{"a":"\\ud800"}', 'a'],
    ['{"a":"\\udc00x"}', 'a'],
    ['{"password":"\\ud83d"}', 'password'],
  ])('refuses the text in %s', (text, field) => {
    expect(refusalOf(text)).toBe(field);
  });

  it('takes a whole pair of surrogates', () => {
    expect(parseJsonBody('{"a":"\\ud83d\\udd11"}')).toEqual({ a: '🔑' });
  });

  it('takes a depth of 20 and refuses 21', () => {
    const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(refusalOf(deep(20))).toBe('accepted');
    expect(refusalOf(deep(21))).toBe('body');
    expect(refusalOf(`${'{"a":'.repeat(21)}1${'}'.repeat(21)}`)).toBe('body');
    expect(refusalOf(JSON.stringify({ a: '['.repeat(100) }))).toBe('accepted');
  });

  it.each(['', '{', '{"a":}', "{'a':1}", '{"a":1,}', '{"a":1}x', '\ufeff{}', 'NaN', '{"a":01}', '{a:1}', '/**/{}'])(
    'refuses %j, which is not JSON',
    (text) => {
      expect(refusalOf(text)).toBe('body');
    },
  );

  it('is quick with 64 KiB of anything', () => {
    const texts = [
      `[${'"\\\\",'.repeat(13_000)}1]`,
      `{${Array.from({ length: 6000 }, (_, i) => `"k${i}":1`).join()}}`,
      '['.repeat(64_000),
      `"${' '.repeat(64_000)}"`,
    ];
    // Processor time, and that of a second run: other work on the machine, and cold code, say nothing about it.
    for (const text of texts) refusalOf(text);
    const start = process.cpuUsage();
    for (const text of texts) refusalOf(text);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
