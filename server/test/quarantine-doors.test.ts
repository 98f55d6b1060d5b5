import { type AnyEndpoint, accessOf, endpoints } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { finish, newHelper, newOffice, startByCode } from './support/assisted.ts';
import { type Credentials, call, confirmed } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { type Enrolled, enrol, mailedToken, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { resetToken, verifyReset } from './support/recovery.ts';
import { allow, credentialsOf, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;

/** What somebody in quarantine may call beside what only reads: it repairs its own account, ends something or tells. */
const open = [
  'Auth:beginAuthenticatorApp Auth:confirmAuthenticatorApp Auth:beginPasskey Auth:registerPasskey Auth:challengePasskey',
  'Auth:removeFactor Auth:renameFactor Auth:stepUp Auth:logout Auth:setLanguage Auth:switchBack Auth:signInToHost',
  'Auth:endSession Auth:endOtherSessions Auth:disownSignIn User:revokeUserAuthTokens Operator:revokeOperatorAuthTokens',
  'Operator:enableMFA Operator:verifyMFA Operator:cancelMFA Operator:revokeMFA Operator:stopMFAReset',
  'Operator:confirmBackupCodesStored Operator:renewBackupCodes Operator:rehearseBackupCode Operator:updateOperatorPassword',
  'Operator:generateAuthToken Operator:deleteOperatorAuthKey User:deleteUserAuthKey User:stopUserMFAReset',
  'User:explainPermission',
].flatMap((line) => line.split(' '));
/** The same, where it is about the very user that asks. */
const openOnOneself = ['User:enableUserMFA', 'User:verifyUserMFA', 'User:revokeUserMFA', 'User:updateUserPassword'];

describe.each(engines)('the doors of the quarantine on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const switchOn = async (root: Root, as: Credentials, secondPersonForResets = false) => {
    const others = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: true };
    const body = { ...others, secondPersonForResets, quarantineAfterReset: true };
    const answer = await call(server, 'PUT', `/v1/operators/${root.operatorId}/settings`, {
      as,
      body,
      headers: confirmed,
    });
    expect(answer.status).toBe(204);
  };
  const resetMfaOf = async (root: Root, as: Credentials, name: string) => {
    const answer = await call(server, 'DELETE', `${userPath(root, name)}/mfa`, { as });
    expect([name, answer.status]).toEqual([name, 204]);
  };
  const createUser = (root: Root, as: Credentials, name: string) =>
    call(server, 'POST', userPath(root, name), { as, body: { description: '' } });
  const byKey = async (key: unknown) => credentialsOf((await call(server, 'POST', '/v1/auth', { body: key })).body);

  /** What a session may call by its kind, and what changes something. */
  const writes = (isRoot: boolean) =>
    endpoints.filter((endpoint) => {
      const access = accessOf(endpoint);
      return endpoint.method !== 'GET' && access !== 'anyone' && (isRoot || access !== 'root');
    });
  const ask = (endpoint: AnyEndpoint, { operatorId }: Root, userName: string, as: Credentials) => {
    const values: Record<string, string> = { operator_id: operatorId, user_name: userName, type: 'support' };
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none');
    return call(server, endpoint.method, path, { as, ...(endpoint.hasBody && { body: {} }) });
  };
  /** The operations that the quarantine refuses. What is not refused may have ended the session. */
  async function refusedOn(
    userName: string,
    root: Root,
    newSession: () => Promise<Credentials>,
    wanted: AnyEndpoint[],
  ) {
    const refused: string[] = [];
    let session: Credentials | undefined;
    for (const endpoint of wanted) {
      session ??= await newSession();
      const { body } = await ask(endpoint, root, userName, session);
      if (body.code === 'AUM0019') refused.push(endpoint.operation);
      else session = undefined;
    }
    return refused.sort();
  }
  const closed = (wanted: AnyEndpoint[], opened: readonly string[]) =>
    wanted
      .map(({ operation }) => operation)
      .filter((operation) => !opened.includes(operation))
      .sort();

  it('refuses every operation that changes something but those that repair, to the root user', async () => {
    const root = await newRoot(server);
    const owner = await enrol(server, root);
    await newSam(server, root, owner, 'other');
    await switchOn(root, owner);
    const { email, password } = root;
    const token = await resetToken(server, root);
    await verifyReset(server, { token, email, password, backupCode: owner.backupCodes[0] });
    const all = writes(true);
    expect(await refusedOn('other', root, () => signIn(server, root), all)).toEqual(closed(all, open));
  });

  it('refuses them to a SAM user that may do everything, and opens on itself what repairs', async () => {
    const { root, as, taro } = await withTaro();
    await switchOn(root, as);
    await resetMfaOf(root, as, 'taro');
    const newSession = () => signInSam(server, taro);
    const all = writes(false);
    expect(await refusedOn('other', root, newSession, all)).toEqual(closed(all, open));
    const onUser = all.filter(({ path }) => path.includes('{user_name}'));
    const opened = [...open, ...openOnOneself];
    expect(await refusedOn('taro', root, newSession, onUser)).toEqual(closed(onUser, opened));
  });

  /** An operator with a SAM user that may do everything and has MFA, and another that it is about. */
  async function withTaro(): Promise<{ root: Root; as: Enrolled; taro: Sam; seed: string }> {
    const root = await newRoot(server);
    const as = await enrol(server, root);
    await newSam(server, root, as, 'other');
    const taro = await newSam(server, root, as, 'taro', allow(['*']));
    const seed = await enrolSam(server, root, as, 'taro');
    return { root, as, taro, seed };
  }

  it('a program with an AuthKey that was made before waits with its user', async () => {
    const { root, as } = await withTaro();
    const { body: key } = await call(server, 'POST', `${userPath(root, 'taro')}/auth_keys`, { as });
    await switchOn(root, as);
    const before = await byKey(key);
    await resetMfaOf(root, as, 'taro');
    expect((await createUser(root, before, 'one')).status, 'a session from before').toBe(401);
    const session = await byKey(key);
    const until = server.clock.now + day;
    expect((await createUser(root, session, 'one')).body.code).toBe('AUM0019');
    // Whoever helps the user sees it, too.
    const mfa = async (who: Credentials) =>
      (await call(server, 'GET', `${userPath(root, 'taro')}/mfa`, { as: who })).body;
    expect(await mfa(as)).toEqual({ status: 'INACTIVE', quarantinedUntil: until });
    expect((await call(server, 'GET', userPath(root, 'other'), { as: session })).status).toBe(200);
    server.clock.now = until;
    const later = await byKey(key);
    expect((await createUser(root, later, 'one')).status).toBe(201);
    expect(await mfa(later)).toEqual({ status: 'INACTIVE' });
  });

  it('a session that somebody switched to since the reset ends when it is switched on; others go on', async () => {
    const { root, as, taro } = await withTaro();
    const hana = await newSam(server, root, as, 'hana');
    const soracom = ['taro', 'hana'].map((name) => `srn:soracom:${root.operatorId}::User:${name}`);
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${userPath(root, 'other')}/trust_policy`, { as, body: { trustPolicy } });
    await call(server, 'PUT', `${userPath(root, 'other')}/permission`, { as, body: { permission: allow(['*']) } });
    await resetMfaOf(root, as, 'taro');
    const switchTo = async (sam: Sam) => {
      const body = { operatorId: root.operatorId, userName: 'other' };
      const session = await signInSam(server, sam);
      return credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as: session, body })).body);
    };
    const [afterReset, harmless] = [await switchTo(taro), await switchTo(hana)];
    await switchOn(root, as);
    expect((await createUser(root, afterReset, 'one')).status).toBe(401);
    expect((await createUser(root, harmless, 'two')).status).toBe(201);
  });

  it('a link of an address that was asked for before the reset adds none', async () => {
    const { root, as, taro, seed } = await withTaro();
    await switchOn(root, as);
    const own = await signInSam(server, taro, otpAt(seed, server.clock.now));
    const asked = await call(server, 'PUT', '/v1/console/email', { as: own, body: { email: 'other@example.net' } });
    expect(asked.status).toBe(202);
    const ofTaro = await mailedToken(server, root.operatorId, 'add_email_link');
    await resetMfaOf(root, as, 'taro');
    server.clock.now += 1000;
    const body = { email: 'later@example.com', password: root.password };
    expect((await call(server, 'POST', '/v1/operators/add_email_token/issue', { as, body })).status).toBe(200);
    const ofRoot = await mailedToken(server, root.operatorId, 'add_email_link');
    expect(ofRoot).not.toBe(ofTaro);
    const { email, password } = root;
    const token = await resetToken(server, root);
    await verifyReset(server, { token, email, password, backupCode: as.backupCodes[0] });
    for (const link of [ofTaro, ofRoot]) {
      const followed = await call(server, 'POST', '/v1/operators/add_email_token/verify', { body: { token: link } });
      expect(followed.body.code).toBe('AUM0012');
    }
  });

  it('nobody in quarantine helps others: it neither starts nor approves a reset, and what it started is void', async () => {
    const office = await newOffice(server);
    const { root, as } = office;
    await switchOn(root, as, true);
    const approve = (who: Credentials, caseId: string) =>
      call(server, 'POST', `${office.path}/approval`, { as: who, body: { caseId } });
    const started = await startByCode(server, office, office.helper);
    await resetMfaOf(root, as, 'helper');
    expect((await approve(office.second, started.caseId)).status, 'its starter was reset').toBe(404);
    expect((await finish(server, office, { code: started.code })).body.code).toBe('MFA0032');
    const { operatorId } = root;
    const helper = await signInSam(server, { operatorId, userName: 'helper', password: 'sam helper pass phrase' });
    expect((await startByCode(server, office, helper)).answer.body.code).toBe('AUM0019');
    const third = await newHelper(server, root, as, 'third');
    const { caseId } = await startByCode(server, office, third);
    expect((await approve(helper, caseId)).body.code).toBe('AUM0019');
    expect((await approve(office.second, caseId)).status).toBe(204);
  });
});
