import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { type Answer, call } from './support/client.ts';
import { newRoot, signIn } from './support/people.ts';
import { newSam, signInSam, userPath } from './support/sam.ts';
import { startTestServer, type TestServer } from './support/server.ts';

/** What every error has; the rest are the facts of its code. */
const always = ['code', 'message', 'type', 'title', 'status', 'detail', 'requestId'];

function factsOf({ body }: Answer): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !always.includes(name)));
}

describe('the facts of an error', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterAll(() => server.stop());

  it('name the operation that a SAM user may not call, and nothing that the message keeps', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const eve = await signInSam(server, await newSam(server, root, as, 'eve'));
    const refused = await call(server, 'DELETE', `${userPath(root, 'eve')}/mfa`, { as: eve });
    expect([refused.body.code, factsOf(refused)]).toEqual([
      'AUM0017',
      { permission: 'User:revokeUserMFA', userName: 'eve' },
    ]);
  });

  it('name the field that is wrong, in any language, without the reason', async () => {
    const body = { email: 'a@example.com', password: 7 };
    for (const headers of [{}, { 'x-soracom-lang': 'ja' }]) {
      const refused = await call(server, 'POST', '/v1/auth', { body, headers });
      expect([refused.body.code, factsOf(refused)]).toEqual(['COM0001', { field: 'password' }]);
    }
  });

  it('say how many there may be, as a number', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const create = (name: string) => call(server, 'POST', userPath(root, name), { as, body: {} });
    for (let i = 0; i < limits.samUsers; i++) expect((await create(`filler-${i}`)).status).toBe(201);
    const refused = await create('one-more');
    expect([refused.body.code, factsOf(refused)]).toEqual(['AUM0021', { limit: limits.samUsers }]);
  });

  it('say when to come back, as the header does', async () => {
    const ask = () =>
      call(server, 'POST', '/v1/auth/password_reset_token/issue', {
        body: { email: 'nobody@example.com' },
        ip: '203.0.113.77',
      });
    for (let i = 0; i < limits.reset.requestsPerSource; i++) expect((await ask()).status).toBeLessThan(300);
    const refused = await ask();
    const retryAfter = limits.reset.sourceWindow / 1000;
    expect([refused.body.code, factsOf(refused)]).toEqual(['COM0429', { retryAfter }]);
    expect(refused.headers['retry-after']).toBe(String(retryAfter));
  });

  it('stand in the description of the API', async () => {
    const document = (await call(server, 'GET', '/v1/openapi.json')).body as unknown as {
      components: { schemas: { Error: { properties: object } } };
    };
    const { properties } = document.components.schemas.Error;
    expect(Object.keys(properties)).toEqual([
      ...always,
      'error',
      ...[
        'field',
        'rule',
        'name',
        'permission',
        'userName',
        'userNames',
        'stepUp',
        'limit',
        'count',
        'line',
        'column',
        'retryAfter',
        'until',
      ],
    ]);
  });
});
