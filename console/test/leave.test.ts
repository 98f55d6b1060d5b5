// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import { leaveForSignIn, logOut } from '../src/session/leave.ts';
import type { Session } from '../src/session/session.ts';

let left: string[] = [];
const sam = { isRoot: false, operatorId: 'OP0123456789', userName: 'taro' } as Session;
const root = { isRoot: true, operatorId: 'OP0123456789' } as Session;

// Where the browser goes is the browser's to do.
beforeEach(() => {
  left = [];
  Object.defineProperty(location, 'replace', { value: (path: string) => left.push(path), configurable: true });
});

const at = (path: string) => history.pushState({}, '', path);
const target = () => new URL(left[0] ?? '', 'http://localhost');
const query = () => Object.fromEntries(target().searchParams);

describe('leaving for the sign-in page', () => {
  test('leads back to where one was, with what the address says', () => {
    at('/security/users?q=taro&mfa=on');
    leaveForSignIn(true, root);
    expect(target().pathname).toBe('/login');
    expect(query()).toEqual({ next: '/security/users?q=taro&mfa=on', notice: 'session-end' });
  });

  test('says nothing of a session where there was none', () => {
    at('/settings');
    leaveForSignIn(false, undefined);
    expect(query()).toEqual({ next: '/settings' });
  });

  test('has no more to say from the first page', () => {
    at('/');
    leaveForSignIn(false, undefined);
    expect(left).toEqual(['/login']);
  });

  test('brings a SAM user to its own form, with the operator filled in', () => {
    at('/security/mfa');
    leaveForSignIn(true, sam);
    expect(query()).toMatchObject({ as: 'sam', operator: 'OP0123456789', notice: 'session-end' });
  });

  test('never carries what stands behind the # of an address: that may be a token', () => {
    at('/security/mfa#secret');
    leaveForSignIn(true, root);
    expect(left[0]).not.toContain('secret');
  });
});

describe('logging out', () => {
  const answer = (status: number) => {
    const asked: string[] = [];
    globalThis.fetch = async (path, options) => {
      asked.push(`${options?.method} ${path as string}`);
      return new Response(status === 204 ? null : '{}', { status });
    };
    return asked;
  };

  test('ends the session first, and then says so', async () => {
    const asked = answer(204);
    await logOut(sam);
    expect(asked).toEqual(['POST /v1/auth/logout']);
    expect(query()).toEqual({ notice: 'logged-out', as: 'sam', operator: 'OP0123456789' });
  });

  test('stays where it is when the server did not end it', async () => {
    answer(503);
    await expect(logOut(root)).rejects.toThrow();
    expect(left).toEqual([]);
  });
});
