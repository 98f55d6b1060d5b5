import { randomInt } from 'node:crypto';
import type { Account } from '../faults/load.ts';
import type { Requests } from '../requests.ts';
import { rootEmail, users } from '../world.ts';
import { fromSources, sendEach } from './streams.ts';

/** What comes beside the base load, so many a second. */
export type Storm = { readonly perSecond: number; readonly requests: (url: string) => Requests };
type Phase = { readonly name: string; readonly storms: readonly Storm[] };
type Targets = { readonly accounts: readonly Account[]; readonly withMfa: readonly Account[] };

const wrong = 'a wrong pass phrase';
const operatorId = 'OP0000000001';

/** Wrong passwords, each for another name that nobody has. */
const strangers = (perSecond: number, sources: number): Storm => ({
  perSecond,
  requests: (url) => fromSources(url, '/v1/auth', { operatorId, userName: 'nobody#', password: wrong }, sources),
});
const at = (perSecond: number, path: string, body: object): Storm => ({
  perSecond,
  requests: (url) => fromSources(url, `/v1/${path}`, body, 250),
});
const each = (perSecond: number, path: string, bodies: readonly object[]): Storm => ({
  perSecond,
  requests: (url) => sendEach(url, `/v1/${path}`, bodies, 250),
});

const listOf = (count: number, bodyOf: (i: number) => object) => Array.from({ length: count }, (_, i) => bodyOf(i));

/** One password for 10,000 names, each in its turn; those of the people at work are among them. */
const sprayed = listOf(10_000, (i) => {
  const userName = i % 250 === 0 ? `user${(i / 250) % users}` : `nobody${i}`;
  return { operatorId, userName, password: 'spring-2026' };
});

/** Codes that are guessed behind the right password. */
const guessed = (withMfa: readonly Account[]) =>
  listOf(5000, (i) => {
    const { email, password } = withMfa[i % withMfa.length] as Account;
    return { email, password, mfaOTPCode: String(randomInt(1_000_000)).padStart(6, '0') };
  });

/** Addresses that ask for a new password; every tenth is one that somebody has. */
const forgotten = (accounts: readonly Account[]) =>
  listOf(2000, (i) => {
    const known = i % 10 === 0 ? accounts[i / 10] : undefined;
    return { email: known?.email ?? `nobody${i}@example.com` };
  });

const verify = { token: 'random-#', email: rootEmail, password: wrong, backupCode: 'ABCD234U' };

/** The storms in their order, the mail server being away all the time. */
export function phasesFor({ accounts, withMfa }: Targets): Phase[] {
  return [
    { name: 'no storm', storms: [] },
    { name: 'wrong passwords, 100/s from 250 sources', storms: [strangers(100, 250)] },
    { name: 'wrong passwords, 500/s from 250 sources', storms: [strangers(500, 250)] },
    { name: 'wrong passwords, 500/s from one source', storms: [strangers(500, 1)] },
    // Now it is refused whatever it sends: what that costs is the price of a refused attempt.
    { name: 'the same source goes on', storms: [strangers(500, 1)] },
    { name: 'one password for 10,000 names, 500/s from 250 sources', storms: [each(500, 'auth', sprayed)] },
    { name: 'one account, 200/s from 250 sources', storms: [at(200, 'auth', { email: rootEmail, password: wrong })] },
    { name: 'codes behind right passwords, 20/s for each of 10', storms: [each(200, 'auth', guessed(withMfa))] },
    {
      name: 'MFA resets: 200/s asked for, 100/s tried',
      storms: [
        at(200, 'operators/mfa_revoke_token/issue', { email: rootEmail, password: wrong }),
        at(100, 'operators/mfa_revoke_token/verify', verify),
      ],
    },
    {
      name: 'password resets, 50/s, no mail server',
      storms: [each(50, 'auth/password_reset_token/issue', forgotten(accounts))],
    },
  ];
}
