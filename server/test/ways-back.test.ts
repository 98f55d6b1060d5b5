import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestOverride, runDueOverrides } from '../src/recovery/host-override.ts';
import { finish, newHelper, type Office, startByCode } from './support/assisted.ts';
import { newBrowser } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { register, signInAlone } from './support/passkeys.ts';
import { canaries, enrol, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { allow, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { newSecurityKey } from './support/security-key.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

type Way = { way: string; open: string; needs: string[]; whyNot?: string };
type Answer = { level: string; ways: Way[] };
const day = 86_400_000;

/** As a person reads it: the open ways with what they need, the closed ones with why. */
const read = ({ level, ways }: Answer) => [
  level,
  ...ways.map(({ way, open, needs, whyNot }) => `${way} ${open}: ${whyNot ?? needs.join(' ')}`),
];

describe.each(engines)('the ways back that are told are those that work, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const answerOf = async (path: string, as: Credentials) => {
    const { status, text } = await call(server, 'GET', path, { as });
    if (status !== 200) throw new Error(`${status}: ${text}`);
    return read(JSON.parse(text) as Answer);
  };
  const ownOf = (as: Credentials) => answerOf('/v1/auth/ways_back', as);
  const userOf = (root: Root, name: string, as: Credentials) => answerOf(`${userPath(root, name)}/ways_back`, as);
  /** With the password alone, as one whose device is gone. */
  const withPassword = async (body: Record<string, unknown>) =>
    (await call(server, 'POST', '/v1/auth', { body })).status === 200;
  const setCodes = async ({ operatorId }: Root, columns: { stored_at?: number; frozen_at?: number }) => {
    const codes = server.ctx.db.updateTable('backup_code_sets').set(columns);
    await codes.where('operator_id', '=', operatorId).execute();
  };
  const reset = async (root: Root, backupCode: string) => {
    const token = await resetToken(server, root);
    const { email, password } = root;
    const done = await verifyReset(server, { token: token || 'x'.repeat(43), email, password, backupCode });
    return done.status === 200 && (await withPassword({ email, password }));
  };
  const byHost = async ({ operatorId, email, password }: Root) => {
    await requestOverride(server.ctx, { operatorId, reason: 'phone lost', hostUser: 'mika', wait: day });
    server.clock.now += day;
    await runDueOverrides(server.ctx);
    return await withPassword({ email, password });
  };
  const enrolled = async () => {
    const root = await newRoot(server);
    return { root, as: await enrol(server, root) };
  };

  it('root without MFA: the password', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    expect(await ownOf(as)).toEqual([
      'alone',
      'password yes: password',
      'factor no: mfaOff',
      'passkey no: mfaOff',
      'backupCode no: mfaOff',
      'host no: mfaOff',
    ]);
    expect(await withPassword({ email: root.email, password: root.password })).toBe(true);
  });

  it('root with an app: a stored sheet of codes, and perhaps one that nobody marked as stored', async () => {
    const { root, as } = await enrolled();
    const rest = ['password no: mfaOn', 'factor no: noOtherFactor', 'passkey no: noOtherFactor'];
    const host = 'host yes: password hostShell wait';
    expect(await ownOf(as)).toEqual(['unsure', ...rest, 'backupCode perhaps: password mailbox storedCodes', host]);
    await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa/backup_codes/stored`, { as });
    expect(await ownOf(as)).toEqual(['alone', ...rest, 'backupCode yes: password mailbox backupCode', host]);
    expect(await withPassword({ email: root.email, password: root.password })).toBe(false);
    expect(await reset(root, as.backupCodes[3] ?? '')).toBe(true);
  });

  it('root with frozen codes: the host only', async () => {
    const { root, as } = await enrolled();
    await setCodes(root, { frozen_at: server.clock.now });
    expect(await ownOf(as)).toEqual([
      'help',
      'password no: mfaOn',
      'factor no: noOtherFactor',
      'passkey no: noOtherFactor',
      'backupCode no: codesFrozen',
      'host yes: password hostShell wait',
    ]);
    expect(await reset(root, as.backupCodes[0] ?? '')).toBe(false);
    expect(await byHost(root)).toBe(true);
  });

  it('root with passkeys: one that is synced, or one of two devices', async () => {
    const { root, as } = await enrolled();
    await setCodes(root, { frozen_at: server.clock.now });
    server.clock.now += 1000;
    const session = await signIn(server, root, otpAt(as.seed, server.clock.now));
    await register(server, session, newSecurityKey({ synced: false }));
    const elsewhere = ['unsure', 'password no: mfaOn', 'factor perhaps: password otherDevice'];
    expect((await ownOf(session)).slice(0, 4)).toEqual([...elsewhere, 'passkey perhaps: otherDevice deviceUnlock']);
    const synced = newSecurityKey();
    await register(server, session, synced);
    expect((await ownOf(session)).slice(0, 4)).toEqual([
      'alone',
      'password no: mfaOn',
      'factor yes: password syncedPasskey',
      'passkey perhaps: syncedPasskey deviceUnlock',
    ]);
    expect((await signInAlone(newBrowser(server), synced)).status).toBe(200);
  });

  it('root with a suspended password: a new one by mail, then a day of waiting before the codes', async () => {
    const { root, as } = await enrolled();
    await setCodes(root, { stored_at: server.clock.now });
    const suspended = server.ctx.db.updateTable('users').set({ password_suspended_at: server.clock.now });
    await suspended.where('operator_id', '=', root.operatorId).execute();
    expect((await ownOf(as)).slice(4)).toEqual([
      'backupCode yes: mailbox backupCode wait',
      'host yes: mailbox hostShell wait',
    ]);
    const password = 'another canary pass 割符';
    canaries.add(password);
    expect((await resetPasswordByMail(server, root, password)).status).toBe(200);
    const [code = ''] = as.backupCodes;
    expect(await reset({ ...root, password }, code)).toBe(false);
    server.clock.now += day;
    expect(await reset({ ...root, password }, code)).toBe(true);
  });

  const office = async (withMfa = true) => {
    const root = await newRoot(server);
    const as: Credentials = withMfa ? await enrol(server, root) : await signIn(server, root);
    const hana = await newSam(server, root, as, 'hana');
    await enrolSam(server, root, as, 'hana');
    return { root, as, hana };
  };
  const disable = (root: Root, as: Credentials) => call(server, 'DELETE', `${userPath(root, 'hana')}/mfa`, { as });
  const comesIn = (sam: Sam) => withPassword({ ...sam });
  const lost = ['help', 'password no: mfaOn', 'factor no: noOtherFactor', 'passkey no: noOtherFactor'];

  it('SAM user with an app, and nobody who has MFA: the root user switches it off', async () => {
    const { root, as, hana } = await office(false);
    expect(await userOf(root, 'hana', as)).toEqual([
      ...lost,
      'assistedReset no: nobody',
      'otherUser yes: password rootUser',
    ]);
    expect(await comesIn(hana)).toBe(false);
    const path = `${userPath(root, 'hana')}/mfa/reset`;
    const refused = await call(server, 'POST', path, { as, body: { reason: 'phone lost' } });
    expect(refused.body.code).toBe('MFA0030');
    await disable(root, as);
    expect(await comesIn(hana)).toBe(true);
    const [level, first] = await userOf(root, 'hana', as);
    expect([level, first]).toEqual(['alone', 'password yes: password']);
  });

  it('SAM user with others who may: an assisted reset, and a helper that switches MFA off', async () => {
    const { root, as, hana } = await office();
    const all = allow(['User:revokeUserMFA', 'User:startUserMFAReset']);
    const helper = await newHelper(server, root, as, 'helper', all);
    const ways = [...lost, 'assistedReset yes: password otherUsers', 'otherUser yes: password rootUser otherUsers'];
    expect(await userOf(root, 'hana', as)).toEqual(ways);
    const there = { root, as, hana, path: `${userPath(root, 'hana')}/mfa/reset`, helper, second: helper };
    const { code } = await startByCode(server, there as Office, helper);
    expect((await finish(server, there as Office, { code })).status).toBe(200);
    expect(await comesIn(hana)).toBe(true);
    await enrolSam(server, root, as, 'hana');
    expect((await disable(root, helper)).status).toBe(204);
    expect(await comesIn(hana)).toBe(true);
  });

  it('SAM user where a second person must approve: as long as there is one', async () => {
    const { root, as } = await office();
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: true };
    const path = `/v1/operators/${root.operatorId}/settings`;
    await call(server, 'PUT', path, { as, body: { ...settings, secondPersonForResets: true } });
    const assisted = async () => (await userOf(root, 'hana', as)).find((way) => way.startsWith('assistedReset'));
    expect(await assisted()).toBe('assistedReset no: nobody');
    const may = allow(['User:approveUserMFAReset'], 'mfaAuthenticated');
    await newHelper(server, root, as, 'second', may);
    expect(await assisted()).toBe('assistedReset perhaps: password otherUsers approver');
  });

  it('SAM user without a password: the root user alone', async () => {
    const { root, as, hana } = await office();
    await call(server, 'DELETE', `${userPath(root, 'hana')}/password`, { as });
    const ways = await userOf(root, 'hana', as);
    expect(ways.slice(-2)).toEqual(['assistedReset no: noPassword', 'otherUser yes: rootUser']);
    expect(await comesIn(hana)).toBe(false);
    const path = `${userPath(root, 'hana')}/mfa/reset`;
    const refused = await call(server, 'POST', path, { as, body: { reason: 'phone lost' } });
    expect(refused.body.code).toBe('MFA0035');
    await call(server, 'POST', `${userPath(root, 'hana')}/password`, { as, body: { password: hana.password } });
    await disable(root, as);
    expect(await comesIn(hana)).toBe(true);
  });

  it('a root user in quarantine waits before it helps, and who must have MFA enrols first', async () => {
    const { root, as, hana } = await office(false);
    const kai = await newSam(server, root, as, 'kai');
    const body = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: true, escalationGuard: true };
    const path = `/v1/operators/${root.operatorId}/settings`;
    await call(server, 'PUT', path, { as, body: { ...body, quarantineAfterReset: true } });
    expect((await userOf(root, 'kai', as)).slice(0, 2)).toEqual(['alone', 'password yes: password enrolment']);
    const session = await signInSam(server, kai);
    expect((await call(server, 'GET', '/v1/auth/ways_back', { as: session })).body.code).toBe('MFA0008');
    const reset = server.ctx.db.updateTable('users').set({ mfa_reset_at: server.clock.now });
    await reset.where('operator_id', '=', root.operatorId).where('user_id', '=', 'root').execute();
    expect((await userOf(root, 'hana', as)).at(-1)).toBe('otherUser yes: password rootUser wait');
    expect((await disable(root, as)).body.code).toBe('AUM0019');
    server.clock.now += day;
    const later = await signIn(server, root);
    expect((await userOf(root, 'hana', later)).at(-1)).toBe('otherUser yes: password rootUser');
    expect((await disable(root, later)).status).toBe(204);
    expect(await comesIn(hana)).toBe(true);
  });

  it('the list says it of every user, and nobody reads more than a permission lets it', async () => {
    const { root, as } = await office();
    const kai = await newSam(server, root, as, 'kai');
    expect((await call(server, 'POST', userPath(root, 'program'), { as, body: {} })).status).toBe(201);
    const list = `/v1/operators/${root.operatorId}/ways_back`;
    const { text } = await call(server, 'GET', list, { as });
    expect(JSON.parse(text)).toEqual([
      { userName: 'hana', level: 'help' },
      { userName: 'kai', level: 'alone' },
      { userName: 'program', level: 'help', noPassword: true },
    ]);
    const session = await signInSam(server, kai);
    expect((await ownOf(session))[0]).toBe('alone');
    for (const path of [list, `${userPath(root, 'hana')}/ways_back`, `${userPath(root, 'kai')}/ways_back`]) {
      expect((await call(server, 'GET', path, { as: session })).body.code).toBe('AUM0017');
    }
    const stranger = await enrolled();
    for (const path of [list, `${userPath(root, 'hana')}/ways_back`]) {
      expect((await call(server, 'GET', path, { as: stranger.as })).status).toBe(404);
    }
    expect((await call(server, 'GET', `${userPath(root, 'nobody')}/ways_back`, { as })).status).toBe(404);
  });
});
