import { describe, expect, test } from 'vitest';
import { canDisown, type Login, nameOfSrn, resultOf } from '../src/logins/logins.ts';

const login = (more: Partial<Login>): Login => ({
  signInId: '7',
  at: 0,
  outcome: 'success',
  reason: '',
  operation: 'Auth:signIn',
  sourceIp: '192.0.2.1',
  userAgent: '',
  newDevice: false,
  current: false,
  ...more,
});

describe('a login of the history', () => {
  const cases: [string, Partial<Login>, ReturnType<typeof resultOf>, boolean][] = [
    ['that opened a session', { authMethod: 'password' }, 'success', true],
    ['that opened the session of this page', { authMethod: 'password', current: true }, 'success', false],
    ['of a wrong password', { outcome: 'failure', reason: 'wrong credentials' }, 'failed', false],
    ['that was not looked at', { outcome: 'refused', reason: 'paused' }, 'refused', false],
    [
      'of a wrong code',
      { operation: 'Auth:verifySignIn', outcome: 'failure', reason: 'wrong code' },
      'codeFailed',
      true,
    ],
    [
      'of a program with a wrong code',
      { operation: 'Auth:auth', outcome: 'failure', reason: 'wrong code' },
      'codeFailed',
      true,
    ],
    ['whose code never came', { operation: 'System:cleanUp', reason: 'no code came' }, 'codeFailed', true],
  ];
  test.each(cases)('%s', (_, more, result, disowned) => {
    expect([resultOf(login(more)), canDisown(login(more))]).toEqual([result, disowned]);
  });

  test('names who switched to a user', () => {
    expect(nameOfSrn('srn:soracom:OP0000000001::User:田中 太郎')).toBe('田中 太郎');
    expect(nameOfSrn('srn:soracom:OP0000000001::Operator:OP0000000001')).toBeUndefined();
  });
});
