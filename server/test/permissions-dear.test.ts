import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deciderCache } from '../src/authorize/decider.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

// Documents as large as may be saved, of the shape that is dear to compare: all spellings of `*` on many networks.

const spellings = Array.from({ length: 30 }, (_, i) => '*'.repeat(i + 1));

/** Each of the spellings on conditions of eighty networks; others for each seed. */
function dear(seed: number, effect: 'allow' | 'deny', conditions: number) {
  return Array.from({ length: conditions }, (_, i) => {
    const networks = Array.from({ length: 80 }, (_, n) => `'${seed + i}.${n}.0.0/16'`);
    return { effect, api: spellings, condition: `ipAddress(${networks.join(',')})` };
  });
}

const textOf = (...statements: object[]) => JSON.stringify({ statements });
/** As large as may be saved. */
const dearAllow = (seed: number) => textOf(...dear(seed, 'allow', 18));
const dearDeny = (seed: number) => textOf({ effect: 'allow', api: '*' }, ...dear(seed, 'deny', 18));

/** Bytes in use once nothing is left over. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe.each(engines)('permissions that are dear, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());

  type Place = { root: Root; as: Credentials; alice: Credentials };

  /** An operator with a user who may change permissions, and roles as large as they may be. */
  async function furnish(permission: string, roles: number): Promise<Place> {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    for (let i = 0; i < roles; i++) {
      const body = { permission: dearAllow(i) };
      expect((await call(server, 'POST', `/v1/operators/${root.operatorId}/roles/r${i}`, { as, body })).status).toBe(
        200,
      );
    }
    return { root, as, alice: await signInSam(server, await newSam(server, root, as, 'alice', permission)) };
  }

  /** Users with roles, straight into the tables: how they came there is not the question. */
  async function people(
    { root: { operatorId } }: Place,
    users: number,
    roleIds: readonly string[],
    first = 0,
  ): Promise<void> {
    const { db } = server.ctx;
    const template = await db
      .selectFrom('users')
      .selectAll()
      .where('user_name', '=', 'alice')
      .executeTakeFirstOrThrow();
    const nobody = { ...template, operator_id: operatorId, permission: '', password_hash: null };
    for (let i = 0; i < users; i++) {
      const name = `user${first + i}`;
      await db
        .insertInto('users')
        .values({ ...nobody, user_id: name, user_name: name, name_key: name })
        .execute();
      const rows = roleIds.map((role_id) => ({ operator_id: operatorId, user_id: name, role_id, attached_at: 0 }));
      if (rows.length > 0) await db.insertInto('user_roles').values(rows).execute();
    }
  }

  it('A12: a document of 31 KiB that is dear to compare is refused in words, and changes nothing', async () => {
    expect(dearAllow(60).length).toBeGreaterThan(31 * 1024);
    const { root, as, alice } = await furnish(dearDeny(30), 0);
    await call(server, 'POST', userPath(root, 'zoe'), { as, body: {} });
    const path = `${userPath(root, 'zoe')}/permission`;
    const body = { permission: dearAllow(60) };
    const refused = await call(server, 'PUT', path, { as: alice, body });
    expect([refused.status, refused.body.code]).toEqual([403, 'AUM0040']);
    expect(refused.body.message).toBe('These permissions are too large to compare. A root user can make this change.');
    expect((await call(server, 'GET', path, { as })).body.permission).toBe('');
    const [row] = (await auditOf(server, root.operatorId, 'User:updateUserPermission')).slice(-1);
    expect([row?.outcome, row?.reason]).toEqual(['refused', 'AUM0040']);
    expect((await call(server, 'PUT', path, { as, body })).status).toBe(200);
  });

  it('A12: 49 changes for fifty users with twenty such roles are refused by their size, and none is kept', async () => {
    const place = await furnish(allow(['*']), 20);
    const { root, alice } = place;
    await people(
      place,
      49,
      Array.from({ length: 20 }, (_, i) => `r${i}`),
    );
    const change = (i: number) =>
      i % 2 === 0
        ? call(server, 'PUT', `/v1/operators/${root.operatorId}/roles/r1`, {
            as: alice,
            body: { permission: dearAllow(i) },
          })
        : call(server, 'PUT', `/v1/operators/${root.operatorId}/users/default_permissions`, {
            as: alice,
            body: { permissions: dearAllow(i) },
          });
    await change(0);
    const before = heap();
    for (let i = 0; i < 49; i++) {
      const { status, body } = await change(i);
      expect([i, status, body.code]).toEqual([i, 403, 'AUM0040']);
    }
    // One user's twenty roles take more than that when they are parsed.
    expect(heap() - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('A12: who-can lets other work go on between two such documents', async () => {
    const place = await furnish('', 40);
    const { root, as } = place;
    for (const half of [0, 20]) {
      const roles = Array.from({ length: 20 }, (_, i) => `r${half + i}`);
      await people(place, 10, roles, half);
    }
    let turns = 0;
    let done = false;
    const other = async () => {
      while (!done) {
        await nextTurn();
        turns++;
      }
    };
    const asked = call(server, 'GET', `/v1/operators/${root.operatorId}/permissions/who_can?api=User:getUser`, { as });
    const [answer] = await Promise.all([asked.finally(() => (done = true)), other()]);
    expect([answer.status, (answer.body as unknown as unknown[]).length]).toEqual([200, 21]);
    expect(turns).toBeGreaterThan(20 * 20);
  });

  it('A12: a thousand changes of large permissions by one user keep what one keeps', async () => {
    const { root, as, alice } = await furnish(allow(['*']), 0);
    const zoe = await signInSam(server, await newSam(server, root, as, 'zoe'));
    const change = async (i: number) => {
      const api = Array.from({ length: 90 }, (_, n) => `User:*${i}x${n}${'x'.repeat(60)}`);
      const body = { permission: textOf({ effect: 'allow', api }, { effect: 'allow', api: 'User:getUser' }) };
      expect((await call(server, 'PUT', `${userPath(root, 'zoe')}/permission`, { as: alice, body })).status).toBe(200);
      expect((await call(server, 'GET', userPath(root, 'zoe'), { as: zoe })).status).toBe(200);
    };
    for (let i = 0; i < 50; i++) await change(i + 1000);
    const before = { ...deciderCache(), heap: heap() };
    const changes = engine === 'sqlite' ? 1000 : 200;
    for (let i = 0; i < changes; i++) await change(i + 2000);
    const after = deciderCache();
    expect([after.entries, after.weight]).toEqual([before.entries, before.weight]);
    // By estimate, what is kept of each is 200 KiB: all of them would be 200 MiB.
    expect(heap() - before.heap).toBeLessThan(16 * 1024 * 1024);
  });
});
