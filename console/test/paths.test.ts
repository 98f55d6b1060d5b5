import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forgetOperator, rememberedOperator, rememberOperator } from '../src/preferences.ts';
import { dropLinkToken, watchForLinkToken } from '../src/sign-in/link-token.ts';
import { go } from '../src/sign-in/navigation.ts';
import { isSamSignIn, knownOperator, loginAddress } from '../src/sign-in/sam-sign-in.ts';

type Entry = { state: unknown; url: string };
let entries: Entry[];
let cookies: Map<string, string>;

// The parts of a browser that hold an address, its history, and cookies.
beforeEach(() => {
  entries = [{ state: null, url: 'http://localhost:8787/login' }];
  cookies = new Map();
  const current = () => entries.at(-1) as Entry;
  Object.assign(globalThis, {
    addEventListener: () => {},
    dispatchEvent: () => true,
    location: {
      get pathname() {
        return new URL(current().url).pathname;
      },
      get search() {
        return new URL(current().url).search;
      },
      get hash() {
        return new URL(current().url).hash;
      },
      port: '8787',
      protocol: 'http:',
    },
    history: {
      get state() {
        return current().state;
      },
      replaceState: (state: unknown, _: string, url = current().url) => {
        entries[entries.length - 1] = { state, url: new URL(url, current().url).href };
      },
      pushState: (state: unknown, _: string, url: string) => {
        entries.push({ state, url: new URL(url, current().url).href });
      },
    },
    document: {
      get cookie() {
        return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      },
      set cookie(line: string) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
        if (/Max-Age=0\b/.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      },
    },
  });
});
afterEach(() => {
  for (const name of ['location', 'history', 'document']) Reflect.deleteProperty(globalThis, name);
});

describe('going between the pages before sign-in', () => {
  test('what was typed comes along, and is there again after Back; that a mail was sent is not', () => {
    go('/mfa/reset', { email: 'a@example.com', sent: true });
    expect(entries.map(({ state }) => state)).toEqual([
      { email: 'a@example.com' },
      { email: 'a@example.com', sent: true },
    ]);
    expect(entries.at(-1)?.url).toBe('http://localhost:8787/mfa/reset');
  });
});

describe('links', () => {
  test.each([`#token=${'A'.repeat(43)}`, `#${'A'.repeat(43)}`])('%s leaves the address at once', (hash) => {
    entries[0] = { state: null, url: `http://localhost:8787/setup${hash}` };
    watchForLinkToken();
    expect(entries[0]?.url).toBe('http://localhost:8787/setup');
    dropLinkToken();
  });
});

describe('SAM users', () => {
  test('the address says which form, else the operator kept on this browser for this server', () => {
    expect(isSamSignIn('')).toBe(false);
    rememberOperator('OP0012345678');
    expect([isSamSignIn(''), isSamSignIn('?as=root'), knownOperator('')]).toEqual([true, false, 'OP0012345678']);
    expect([...cookies.keys()]).toEqual(['warifu-operator8787']);
    forgetOperator();
    expect(rememberedOperator()).toBe('');
  });

  test('switching the form keeps where one wanted to go, and drops what is of the other form', () => {
    expect(loginAddress('sam', '?next=%2Fsettings&notice=logged-out')).toBe('/login?next=%2Fsettings&as=sam');
    expect(loginAddress('root', '?as=sam&operator=OP1')).toBe('/login?as=root');
  });
});
