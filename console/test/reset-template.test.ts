import { accessOf, endpoints } from '@warifu/contract';
import { compile, parse, type Request } from '@warifu/policy';
import { describe, expect, test } from 'vitest';
import { isQuarantined } from '../../server/src/authorize/quarantine.ts';
import { templates } from '../src/permissions/editor/templates.ts';

const documents = ['everything', 'afterReset'].map((wanted) => {
  const statements = templates.find(({ name }) => name === wanted)?.statements;
  const parsed = parse(JSON.stringify({ statements }));
  if (!parsed.ok) throw new Error(wanted);
  return parsed.document;
});
const decider = compile(documents.map((document) => ({ origin: { kind: 'own' }, document }) as never));

/** Whether a user called `taro` may call an operation on a user. */
const decide = (operation: string, onUser: string, secondsSinceMfaReset: number) =>
  decider.decide({
    api: operation,
    pathVariables: { user_name: onUser },
    samUserName: 'taro',
    secondsSinceMfaReset,
  } as unknown as Request);

describe('the template of a day after a reset', () => {
  const permitted = endpoints.filter((endpoint) => accessOf(endpoint) === 'permission');

  test.each(['taro', 'other'])('denies on %s what the quarantine refuses, and nothing else', (onUser) => {
    const byQuarantine = (operation: (typeof permitted)[number]) =>
      isQuarantined({ userName: 'taro', quarantinedUntil: 1 }, { endpoint: operation, onUser, at: 0 });
    const of = (denied: (endpoint: (typeof permitted)[number]) => boolean) =>
      permitted.filter(denied).map(({ operation }) => operation);
    expect(of(({ operation }) => decide(operation, onUser, 86_399) === 'deny')).toEqual(of(byQuarantine));
    expect(of(byQuarantine).length).toBeGreaterThan(20);
  });

  test('denies nothing a day after it, nor where there never was one', () => {
    for (const seconds of [86_400, Number.MAX_SAFE_INTEGER]) {
      const decisions = permitted.map(({ operation }) => decide(operation, 'other', seconds));
      expect(new Set(decisions)).toEqual(new Set(['allow']));
    }
  });
});
