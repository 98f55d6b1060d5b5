import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('what two people edit at once, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
    await newSam(server, root, as, 'hana');
    await call(server, 'POST', `/v1/operators/${root.operatorId}/roles/desk`, {
      as,
      body: { permission: permissionOf(0) },
    });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const permissionOf = (n: number) => allow([`User:get${n}*`]);
  const trustOf = (n: number) =>
    JSON.stringify({
      statements: [{ effect: 'allow', principal: { soracom: [`srn:soracom:${root.operatorId}::User:other${n}`] } }],
    });
  const things = [
    ['permission', () => `${userPath(root, 'hana')}/permission`, (n: number) => ({ permission: permissionOf(n) })],
    ['trust policy', () => `${userPath(root, 'hana')}/trust_policy`, (n: number) => ({ trustPolicy: trustOf(n) })],
    [
      'default permissions',
      () => `/v1/operators/${root.operatorId}/users/default_permissions`,
      (n: number) => ({ permissions: permissionOf(n) }),
    ],
    [
      'role',
      () => `/v1/operators/${root.operatorId}/roles/desk`,
      (n: number) => ({ permission: permissionOf(n), description: `desk ${n}` }),
    ],
  ] as const;

  it.each(things)(
    '%s: a change of what was read before another change is a 412 and does nothing',
    async (_, at, body) => {
      const path = at();
      const read = async () => {
        const answer = await call(server, 'GET', path, { as });
        return { etag: String(answer.headers.etag), text: answer.text };
      };
      const put = (n: number, ifMatch?: string) =>
        call(server, 'PUT', path, { as, body: body(n), headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } });
      const remove = (ifMatch: string) => call(server, 'DELETE', path, { as, headers: { 'if-match': ifMatch } });

      expect((await put(1)).status).toBeLessThan(300);
      const mine = await read();
      expect(mine.etag).toMatch(/^"[\w-]{20,}"$/);
      expect(await read()).toEqual(mine);
      expect((await put(2, mine.etag)).status).toBeLessThan(300);
      const theirs = await read();
      expect(theirs.etag).not.toBe(mine.etag);
      const written = await auditOf(server, root.operatorId);
      for (const stale of [mine.etag, `W/${theirs.etag}`, theirs.etag.slice(1, -1), '"x"', '', `${mine.etag}, "y"`]) {
        for (const answer of [await put(3, stale), await remove(stale)]) {
          expect([stale, answer.status, answer.body.code]).toEqual([stale, 412, 'COM0412']);
        }
      }
      expect(await read()).toEqual(theirs);
      expect(await auditOf(server, root.operatorId)).toEqual(written);

      const both = await Promise.all([put(4, theirs.etag), put(5, theirs.etag)]);
      expect(both.map(({ status }) => status === 412).sort()).toEqual([false, true]);
      expect((await put(6, '*')).status).toBeLessThan(300);
      expect((await put(7, `"x", ${(await read()).etag}`)).status).toBeLessThan(300);
      expect((await remove((await read()).etag)).status).toBe(204);
    },
  );

  it('a role: its description alone is enough to have changed it, and one that is gone is not there', async () => {
    const path = `/v1/operators/${root.operatorId}/roles/other`;
    const permission = permissionOf(1);
    await call(server, 'POST', path, { as, body: { permission, description: 'a' } });
    const etag = String((await call(server, 'GET', path, { as })).headers.etag);
    await call(server, 'PUT', path, { as, body: { permission, description: 'b' } });
    const headers = { 'if-match': etag };
    expect((await call(server, 'PUT', path, { as, body: { permission, description: 'c' }, headers })).status).toBe(412);
    await call(server, 'DELETE', path, { as });
    expect((await call(server, 'PUT', path, { as, body: { permission }, headers })).status).toBe(404);
  });
});
