import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerNames } from '../src/gate/forward/identity-headers.ts';
import { describeApi, trusting } from './support/forward.ts';
import { inject } from './support/inject.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { type Client, recorded } from './support/recorded.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const shop = {
  'GET /items/{id}': 'Shop:showItem',
  'POST /items/{id}': 'Shop:change',
  'DELETE /items/{id}': 'Shop:drop',
};
const page = { accept: 'text/html,application/xhtml+xml', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' };

describe.each(engines)('requests as Traefik and Envoy send them, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let bearer: { authorization: string };

  beforeAll(async () => {
    server = await startTestServer(engine, { ...trusting, WARIFU_GATE_HOSTS: 'shop.example.com' });
    await describeApi(server, 'shop', shop);
    root = await newRoot(server);
    const as = await signIn(server, root);
    const hers = allow(['Shop:showItem', 'Shop:change'], "ipAddress('198.51.100.0/24')");
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', hers));
    bearer = { authorization: `Bearer ${hana.token}` };
  });
  afterAll(async () => await server.stop());

  describe.each(Object.entries(recorded))('%s', (_, { asks }) => {
    const ask = async (client: Partial<Client>) => {
      const { method, url, headers } = asks({ method: 'GET', uri: '/items/7?a=%20b', headers: {}, ...client });
      const remoteAddress = '203.0.113.9';
      const answer = await inject(server.app, { method: method as 'GET', url, headers, remoteAddress });
      return { status: answer.statusCode, headers: answer.headers };
    };

    it('is answered with who asks, by the address of the client', async () => {
      for (const method of ['GET', 'POST', 'HEAD']) {
        const { status, headers } = await ask({ method, headers: { ...bearer, accept: '*/*' } });
        expect([method, status, headers['remote-user']]).toEqual([method, 200, `${root.operatorId}/hana`]);
        for (const name of headerNames('remote')) expect(headers[name.toLowerCase()]).toBeDefined();
      }
    });

    it('is refused, or sent to the sign-in page', async () => {
      expect((await ask({ method: 'DELETE', headers: bearer })).status).toBe(403);
      expect((await ask({ uri: '/other', headers: bearer })).status).toBe(403);
      expect((await ask({ uri: '/items//7', headers: bearer })).status).toBe(400);
      const program = await ask({});
      expect([program.status, program.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      const browser = await ask({ headers: page });
      const location = new URL(String(browser.headers.location));
      expect([browser.status, location.searchParams.get('rd')]).toEqual([
        302,
        'https://shop.example.com/items/7?a=%20b',
      ]);
      expect([browser.headers['set-cookie']].flat()).toHaveLength(1);
    });
  });
});
