import { expect } from 'vitest';
import type { Browser } from './browser.ts';
import { askAs, type Door } from './forward.ts';
import { canaries } from './people.ts';
import type { TestServer } from './server.ts';

const page = { accept: 'text/html,application/xhtml+xml', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' };

/** What a browser keeps for one host of a guarded program, whose proxy asks the gate about all that it sends. */
export function visitorOf(server: TestServer, door: Door, host = 'shop.example.com') {
  const cookies = new Map<string, string>();
  const visit = async (uri: string, headers: Record<string, string> = {}, method = 'GET') => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await askAs(server, door, { uri, host, method }, { headers: { ...page, cookie, ...headers } });
    const set = [answer.headers['set-cookie'] ?? []].flat();
    expect(set.length).toBeLessThan(2);
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      expect(line).toMatch(/; Path=\/;.* HttpOnly; Secure; SameSite=Lax$/);
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
      canaries.add(value);
    }
    const location = answer.headers.location;
    return { ...answer, location: location === undefined ? undefined : new URL(String(location)) };
  };
  return { cookies, visit };
}

/** As the console does for a browser that is signed in there: the address that it sends the browser to. */
export async function handOver(by: Browser, asked: URL | undefined): Promise<URL> {
  const query = asked?.searchParams;
  const body = { returnTo: query?.get('rd'), state: query?.get('state') };
  const answer = await by.call('POST', '/v1/console/gate_codes', { body });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('location')]);
  return new URL(String(answer.body.location));
}

export const pathOf = (url: URL | undefined) => (url ? url.pathname + url.search : '');
