import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { canaries, mailedToken, mailsOf, newRoot, signIn } from './support/people.ts';
import { par, sourceOf, successes } from './support/race.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;
const password = 'a secret of my own 割';

describe.each(engines)('sign-up on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    canaries.add(password);
    server = await startTestServer(engine, { WARIFU_SIGNUP: 'open' }, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    server.clock.now += day;
    // A link of a sign-up belongs to no operator, and so to no stored address.
    await server.ctx.db.deleteFrom('outbox').where('operator_id', '=', '').execute();
    await checkInvariants(server);
  });

  const ask = (email: string, ip?: string, more: object = {}) => {
    server.clock.now += 1;
    return call(server, 'POST', '/v1/operators', { body: { email, password, ...more }, ...(ip && { ip }) });
  };
  const finish = (token: string) => call(server, 'POST', '/v1/operators/verify', { body: { token } });
  const tokenOf = async (email: string) => {
    await ask(email);
    return await mailedToken(server, '', 'sign_up_link');
  };
  const dead = (answer: Answer) => expect([answer.status, answer.body.code]).toEqual([400, 'AUM0012']);

  it('is finished with the mailed link, once, and signs nobody in', async () => {
    const email = 'new@example.com';
    const asked = await ask(email);
    expect([asked.status, asked.text]).toEqual([200, '']);
    const body = { email, password };
    expect((await call(server, 'POST', '/v1/auth', { body })).body.code).toBe('AUM0002');
    const token = await mailedToken(server, '', 'sign_up_link');
    const done = await finish(token);
    expect([done.status, Object.keys(done.body), done.headers['set-cookie']]).toEqual([200, ['operatorId'], undefined]);
    dead(await finish(token));
    await signIn(server, { operatorId: String(done.body.operatorId), email, password });
  });

  it('R08: answers the same for a known address, changes nothing of it, and tells its owner', async () => {
    const root = await newRoot(server);
    const unknown = await ask('unknown@example.com');
    await mailsOf(server, root.operatorId);
    const { outbox: _, ...before } = await rowsOf(server, root.operatorId);
    const known = await ask(root.email.toUpperCase());
    const telling = ({ status, text, headers }: Answer) => {
      const { 'x-request-id': __, date: ___, ...others } = headers;
      return { status, text, others };
    };
    expect(telling(known)).toEqual(telling(unknown));
    const mails = await mailsOf(server, root.operatorId);
    const told = mails.filter((mail) => mail.template === 'sign_up_known');
    expect(told.map((mail) => [mail.to, mail.link])).toEqual([[root.email, undefined]]);
    const { outbox: ____, ...after } = await rowsOf(server, root.operatorId);
    expect(after).toEqual(before);
    await signIn(server, root);
  });

  it('a link dies after a day, and when the address was taken meanwhile', async () => {
    const late = await tokenOf('late@example.com');
    server.clock.now += day;
    dead(await finish(late));
    const [one, two] = [await tokenOf('twice@example.com'), await tokenOf('twice@example.com')];
    expect((await finish(two)).status).toBe(200);
    const taken = await finish(one);
    expect([400, 'AUM0003', 'AUM0012']).toContain(taken.body.code);
    for (const token of ['A'.repeat(43), `${two}A`]) dead(await finish(token));
  });

  it('R03: refuses bad addresses and passwords by name, before anything is mailed', async () => {
    const before = await server.ctx.db.selectFrom('deferred_requests').selectAll().execute();
    const bad = [
      [{ email: 'nobody' }, 'COM0008'],
      [{ email: 'a@example.com/x' }, 'COM0008'],
      [{ password: 'short' }, 'AUM0010'],
      [{ password: 'context@example.com' }, 'AUM0010'],
      [{ language: 'fr' }, 'COM0001'],
    ] as const;
    for (const [more, code] of bad) {
      const answer = await ask('context@example.com', undefined, more);
      expect([more, answer.status, answer.body.code]).toEqual([more, 400, code]);
    }
    expect(await server.ctx.db.selectFrom('deferred_requests').selectAll().execute()).toEqual(before);
  });

  it('mails three links an hour to one address, twenty from one source', async () => {
    for (let i = 0; i < 5; i++) await ask('often@example.com', sourceOf(i));
    const count = async () => {
      await server.jobs.drain();
      const rows = await server.ctx.db.selectFrom('outbox').select('mail_id').where('operator_id', '=', '').execute();
      return rows.length;
    };
    expect(await count()).toBe(3);
    for (let i = 0; i < 25; i++) await ask(`many${i}@example.com`, '203.0.113.99');
    expect(await count()).toBe(23);
  });

  it('I1: of 16 uses of one link at one instant exactly one succeeds', async () => {
    const token = await tokenOf('race@example.com');
    const answers = await par(16, () => finish(token));
    expect(successes(answers)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) dead(answer);
  });

  it('where sign-up is closed, no link works either', async () => {
    const token = await tokenOf('closing@example.com');
    const closed = { ...server.ctx.config, signUp: 'closed' as const };
    const config = server.ctx as { config: typeof server.ctx.config };
    const open = config.config;
    config.config = closed;
    for (const answer of [await ask('closing@example.com'), await finish(token)]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'AUM0014']);
    }
    config.config = open;
    expect((await finish(token)).status).toBe(200);
  });
});
