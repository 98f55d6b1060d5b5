import { describe, expect, it } from 'vitest';
import { isPerson, type Proof, provenBy, storeProofs } from '../../src/sessions/proofs.ts';

const at = 1_800_000_000_000;
const pwd: Proof = { method: 'pwd', at };
const otp: Proof = { method: 'otp', at };
const key: Proof = { method: 'hwk', at };
const verified: Proof = { method: 'swk', at, verified: true };

describe('what a session was proved with', () => {
  it.each<[string, Proof[], string, boolean, string[], boolean]>([
    ['a password', [pwd], 'password', false, ['pwd'], true],
    ['a password and a code', [pwd, otp], 'password+totp', true, ['pwd', 'otp', 'mfa'], true],
    ['a code alone', [otp], 'password+totp', false, ['otp'], true],
    ['a password and a passkey', [pwd, key], 'passkey', true, ['pwd', 'hwk', 'user', 'mfa'], true],
    ['R34: a passkey whose owner was verified', [verified], 'passkey', true, ['swk', 'user', 'mfa'], true],
    ['R34: a passkey whose owner was not', [key], 'passkey', false, ['hwk', 'user'], true],
    ['an AuthKey', [{ method: 'authKey', at }], 'authKey', false, [], false],
    ['a switch', [{ method: 'switchUser', at }], 'switchUser', false, [], false],
  ])('%s', (_, proofs, authMethod, mfaAuthenticated, amr, person) => {
    const proven = provenBy(storeProofs(proofs));
    expect(proven).toEqual({ proofs, authMethod, mfaAuthenticated, amr });
    expect(isPerson(proven)).toBe(person);
  });
});
