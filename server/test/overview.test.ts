import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { canaries, newRoot, type Root, signIn } from './support/people.ts';
import { addAddress } from './support/recovery.ts';
import { credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('the overview, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_SMTP_URL: 'smtp://127.0.0.1:9' }, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const overview = (as: Credentials) => call(server, 'GET', '/v1/console/overview', { as });
  const operatorOf = async (as: Credentials) => (await overview(as)).body.operator as Record<string, unknown>;
  const newKey = async (root: Root, as: Credentials) => {
    const made = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    canaries.add(authKey);
    return credentialsOf((await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } })).body);
  };

  it('tells the root user of addresses, of users without MFA, and of its latest sign-ins', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    expect(await operatorOf(as)).toMatchObject({ verifiedEmails: 1, unverifiedEmails: 0, usersWithoutMfa: [] });
    await addAddress(server, root);
    await newSam(server, root, as, 'zoe');
    await newSam(server, root, as, 'amy');
    await newSam(server, root, as, 'bob');
    await enrolSam(server, root, as, 'bob');
    await call(server, 'POST', userPath(root, 'nopassword'), { as, body: {} });
    const later = await signIn(server, root);
    expect(await operatorOf(later)).toMatchObject({ verifiedEmails: 2, usersWithoutMfa: ['amy', 'zoe'] });
    for (let i = 0; i < 6; i++) await signIn(server, root);
    const signIns = (await overview(later)).body.signIns as { current: boolean }[];
    expect([signIns.length, signIns.some(({ current }) => current)]).toEqual([5, false]);
  });

  it('tells how the operator’s own mails fare, in codes, and of no other operator', async () => {
    const [root, other] = [await newRoot(server), await newRoot(server)];
    const [as, stranger] = [await signIn(server, root), await signIn(server, other)];
    const before = (await operatorOf(as)).mail;
    expect(before).toEqual({ smtp: true, waiting: 1, oldestWaitingAt: server.clock.now });
    // Nothing listens there.
    await server.jobs.drain();
    expect((await operatorOf(as)).mail).toMatchObject({
      waiting: 1,
      lastError: expect.stringMatching(/^SERVER E[A-Z]+$/),
    });
    await server.ctx.db
      .updateTable('outbox')
      .set({ sent_at: server.clock.now, last_error: '', content: '' })
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect((await operatorOf(as)).mail).toEqual({ smtp: true, waiting: 0, lastSentAt: server.clock.now });
    expect((await operatorOf(stranger)).mail).toMatchObject({ waiting: 1 });
  });

  it('tells a SAM user what concerns it, and a borrowed session nothing of its owner’s sign-ins', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const sam = await signInSam(server, await newSam(server, root, as, 'dora'));
    const own = (await overview(sam)).body;
    expect([Object.keys(own).sort(), own.authKeys]).toEqual([['authKeys', 'resets', 'signIns'], 0]);
    expect((own.signIns as unknown[]).length).toBe(1);
    const program = (await overview(await newKey(root, as))).body;
    expect([Object.keys(program).sort(), program.authKeys]).toEqual([['authKeys', 'operator'], 1]);
    expect((await call(server, 'GET', '/v1/console/overview')).status).toBe(401);
  });

  it('takes the same statements for few users and mails as for many', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const statementsOf = async () => {
      server.statements.length = 0;
      await overview(as);
      return [...server.statements];
    };
    const before = await statementsOf();
    for (let i = 0; i < 10; i++) await newSam(server, root, as, `user${i}`);
    expect(await statementsOf()).toEqual(before);
  });
});
