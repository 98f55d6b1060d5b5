import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSetupLink } from '../src/operators/setup.ts';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { canaries, mailsOf, signIn } from './support/people.ts';
import { par, successes, tally } from './support/race.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const hour = 3_600_000;
const email = 'first@example.com';
const password = 'the very first secret 割';

describe.each(engines)('bootstrap on %s', (engine) => {
  let server: TestServer;
  beforeEach(async () => {
    canaries.add(password);
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterEach(async () => {
    await checkInvariants(server);
    await server.stop();
  });

  const linkToken = async () => {
    const link = await newSetupLink(server.ctx);
    const url = new URL(link ?? 'http://none/');
    expect([url.origin, url.pathname, url.search]).toEqual(['http://localhost:8787', '/setup', '']);
    canaries.add(url.hash.slice(1));
    return url.hash.slice(1);
  };
  const create = (token: string, more: object = {}) =>
    call(server, 'POST', '/v1/setup', { body: { token, email, password, language: 'ja', ...more } });
  const dead = (answer: Answer, code = 'AUM0012') => expect([answer.status, answer.body.code]).toEqual([400, code]);
  const operators = async () => await server.ctx.db.selectFrom('operators').selectAll().execute();

  it('R17: a new server has no account: nothing signs in, and the link is the only way', async () => {
    expect(await operators()).toEqual([]);
    expect((await call(server, 'GET', '/v1/setup')).body).toMatchObject({ setupDone: false, signUp: 'closed' });
    for (const name of ['admin@localhost', 'root@localhost', 'admin@example.com']) {
      const answer = await call(server, 'POST', '/v1/auth', { body: { email: name, password: 'admin' } });
      expect(answer.status).toBe(401);
    }
    const signUp = await call(server, 'POST', '/v1/operators', { body: { email, password } });
    expect([signUp.status, signUp.body.code]).toEqual([403, 'AUM0014']);
    for (const token of ['x', 'A'.repeat(43)]) dead(await create(token));
  });

  it('R17: the link makes the first root user once, and never another one', async () => {
    const token = await linkToken();
    const done = await create(token);
    expect([done.status, Object.keys(done.body), done.headers['set-cookie']]).toEqual([201, ['operatorId'], undefined]);
    const root = { operatorId: String(done.body.operatorId), email, password };
    expect(root.operatorId).toMatch(/^OP\d{10}$/);
    dead(await create(token, { email: 'second@example.com' }), 'AUM0013');
    expect(await newSetupLink(server.ctx)).toBeUndefined();
    expect((await call(server, 'GET', '/v1/setup')).body.setupDone).toBe(true);
    expect(await operators()).toHaveLength(1);
    await signIn(server, root);
    expect((await mailsOf(server, root.operatorId)).map((mail) => mail.template)).toEqual(['operator_created']);
  });

  it('R17: the link dies after an hour; a newer one kills the one before', async () => {
    const [first, second] = [await linkToken(), await linkToken()];
    dead(await create(first));
    server.clock.now += hour;
    dead(await create(second));
    const third = await linkToken();
    server.clock.now += hour - 1;
    expect((await create(third)).status).toBe(201);
  });

  it('R17: the way stays closed when the first operator is gone', async () => {
    const token = await linkToken();
    await create(token);
    for (const table of ['operators', 'users', 'emails', 'audit_log', 'audit_heads', 'outbox'] as const) {
      await server.ctx.db.deleteFrom(table).execute();
    }
    dead(await create(token), 'AUM0013');
    expect(await newSetupLink(server.ctx)).toBeUndefined();
  });

  it('a bad address or password is named, and the link stays alive', async () => {
    const token = await linkToken();
    const bad = { email: 'nobody', password: 'short', language: 'fr' };
    const codes = [];
    for (const [name, value] of Object.entries(bad)) {
      const answer = await create(token, { [name]: value });
      codes.push([answer.status, answer.body.code]);
    }
    expect(codes).toEqual([
      [400, 'COM0008'],
      [400, 'AUM0010'],
      [400, 'COM0001'],
    ]);
    expect((await create(token, { password: email })).body.code).toBe('AUM0010');
    expect((await create(token)).status).toBe(201);
  });

  it('I1: of 16 uses at one instant exactly one succeeds', async () => {
    const token = await linkToken();
    const answers = await par(16, (i) => create(token, { email: `first${i}@example.com` }));
    expect(successes(answers)).toHaveLength(1);
    expect(await operators()).toHaveLength(1);
    const { '201': _, '400 AUM0012': links = 0, '400 AUM0013': done = 0, ...others } = tally(answers);
    expect([links + done, others]).toEqual([15, {}]);
  });
});
