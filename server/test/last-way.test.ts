import { confirmHeader } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { giveAddress, newHelper, type Office } from './support/assisted.ts';
import { type Browser, newBrowser, signInConsole } from './support/browser.ts';
import { type Answer, type Call, type Credentials, call, confirmed } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { register } from './support/passkeys.ts';
import { enrol, newRoot, otpAt, type Root } from './support/people.ts';
import { allow, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { newSecurityKey } from './support/security-key.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const onlyRoot = '"way":"otherUser","open":"yes","needs":["password","rootUser"]';
const disabling = allow(['User:revokeUserMFA']);

describe.each(engines)('what takes a way back away is confirmed first, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  /** A root user in the console and over the API, and hana, whose phone holds her only factor. */
  const office = async () => {
    const root = await newRoot(server);
    const as = await enrol(server, root);
    const page = await signInConsole(server, root, otpAt(as.seed, server.clock.now));
    server.clock.now += 30_000;
    const hana = await newSam(server, root, as, 'hana');
    const seed = await enrolSam(server, root, as, 'hana');
    return { root, as, page, hana, seed };
  };
  const samPage = async (sam: Sam, otp?: string) => {
    const browser = newBrowser(server);
    const { operatorId, userName, password } = sam;
    const body = { operatorId, userName, password };
    await browser.call('POST', '/v1/console/sign_in', { body });
    if (otp) await browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode: otp } });
    browser.csrfToken = String((await browser.call('GET', '/v1/console/session')).body.csrfToken);
    return browser;
  };
  const levels = async (root: Root, as: Credentials) =>
    (await call(server, 'GET', `/v1/operators/${root.operatorId}/ways_back`, { as })).text;
  const ways = async (root: Root, as: Credentials, name: string) =>
    (await call(server, 'GET', `${userPath(root, name)}/ways_back`, { as })).text;
  const refusalOf = ({ status, body }: Answer) => [status, body.code, body.userNames];
  const audited = async ({ operatorId }: Root) => {
    const rows = server.ctx.db.selectFrom('audit_log').select('sequence').where('operator_id', '=', operatorId);
    return (await rows.where('outcome', '=', 'success').execute()).length;
  };

  type Act = { method: string; path: string; body?: unknown };
  /** Refused to the console without the confirmation, which leaves everything as it was, and done with it. */
  const asksFor = async (root: Root, page: Browser, { method, path, body }: Act, people: string | undefined) => {
    const before = await audited(root);
    const refused = await page.call(method, path, { body });
    expect([path, ...refusalOf(refused)]).toEqual([path, 409, 'MFA0037', people]);
    const other = await page.call(method, path, { body, headers: { [confirmHeader]: 'yes' } });
    expect(other.body.code).toBe('MFA0037');
    expect(await audited(root)).toBe(before);
    const done = await page.call(method, path, { body, headers: confirmed });
    expect([path, done.status, done.text]).toEqual([path, expect.toBeOneOf([200, 201, 204]), expect.anything()]);
    return refused;
  };

  it('removing the other factor of a person, own or not remembered elsewhere', async () => {
    const { root, as, hana, seed } = await office();
    const session = await signInSam(server, hana, otpAt(seed, server.clock.now));
    await register(server, session, newSecurityKey({ synced: false }));
    await register(server, session, newSecurityKey());
    const factors = async () => {
      const { text } = await call(server, 'GET', '/v1/auth/factors', { as: session });
      return JSON.parse(text) as { factorId: string; kind: string; synced?: boolean }[];
    };
    const all = await factors();
    const [bound, synced] = [false, true].map((kept) => all.find((one) => one.synced === kept));
    const remove = (one: typeof bound, options: Call = {}) =>
      call(server, 'DELETE', `/v1/auth/factors/${one?.factorId}`, { as: session, ...options });
    const uncertain = await remove(synced);
    expect(refusalOf(uncertain)).toEqual([409, 'MFA0037', undefined]);
    expect(uncertain.body.message).toContain('No certain way');
    expect(await factors()).toHaveLength(3);
    expect((await remove(synced, { headers: confirmed })).status).toBe(204);
    const last = await remove(bound);
    expect(last.body.message).toContain('another factor, a passkey alone');
    expect(await factors()).toHaveLength(2);
    expect((await remove(bound, { headers: confirmed })).status).toBe(204);
    expect(await levels(root, as)).toContain('help');
  });

  it('renewing backup codes of which a sheet is stored', async () => {
    const { root, page, as } = await office();
    const codes = `/v1/operators/${root.operatorId}/mfa/backup_codes`;
    const renewal = () => ({ method: 'POST', path: codes, body: { mfaOTPCode: otpAt(as.seed, server.clock.now) } });
    expect((await page.call('POST', `${codes}/stored`)).status).toBe(204);
    expect((await asksFor(root, page, renewal(), undefined)).body.message).toContain('takes a way in away from you');
    // The new ones are not stored yet: renewing them once more takes nothing away.
    server.clock.now += 30_000;
    expect((await page.call('POST', codes, { body: renewal().body })).status).toBe(200);
  });

  it('taking the password of a SAM user away, unless it comes from a client of the reference', async () => {
    const { root, page, as } = await office();
    const kai = await newSam(server, root, as, 'kai');
    const password = { method: 'DELETE', path: `${userPath(root, 'kai')}/password` };
    await asksFor(root, page, password, 'kai');
    const given = { body: { password: kai.password } };
    expect((await page.call('POST', password.path, given)).status).toBe(201);
    expect((await call(server, 'DELETE', password.path, { as })).status).toBe(204);
  });

  it('everything by which the last SAM user may help another: permission, role, defaults, MFA, the user', async () => {
    const { root, page, as } = await office();
    const { operatorId } = root;
    const path = userPath(root, 'helper');
    const helper = await newSam(server, root, as, 'helper', disabling);
    const setPermission = async (permission: string) => {
      const set = await page.call('PUT', `${path}/permission`, { body: { permission }, headers: confirmed });
      expect(set.status).toBe(200);
    };
    const role = `/v1/operators/${operatorId}/roles/helping`;
    const lose = (act: Act) => asksFor(root, page, act, 'hana');

    await lose({ method: 'DELETE', path: `${path}/permission` });
    await setPermission(disabling);
    const denied = allow(['User:revokeUserMFA'], "pathVariable('user_name') != 'hana'");
    await lose({ method: 'PUT', path: `${path}/permission`, body: { permission: denied } });
    await setPermission('');

    await page.call('POST', role, { body: { permission: disabling } });
    const attach = () => page.call('POST', `${path}/roles`, { body: { roleId: 'helping' } });
    expect((await attach()).status).toBe(200);
    await lose({ method: 'DELETE', path: `${path}/roles/helping` });
    await attach();
    await lose({ method: 'PUT', path: role, body: { permission: allow(['User:listUsers']) } });
    await page.call('PUT', role, { body: { permission: disabling } });

    const defaults = `/v1/operators/${operatorId}/users/default_permissions`;
    const all = { body: { permissions: disabling } };
    await page.call('PUT', defaults, all);
    const detached = await page.call('DELETE', `${path}/roles/helping`);
    expect(detached.status, 'the defaults still say so').toBe(200);
    await lose({ method: 'DELETE', path: defaults });

    await setPermission(disabling);
    await asksFor(root, page, { method: 'DELETE', path: `${path}/password` }, 'hana, helper');
    await page.call('POST', `${path}/password`, { body: { password: helper.password } });
    await lose({ method: 'DELETE', path });
    expect(await ways(root, as, 'hana')).toContain(onlyRoot);
  });

  it('everything that an assisted reset by SAM users takes: MFA of the starter, a second person', async () => {
    const { root, page, as } = await office();
    await newHelper(server, root, as, 'helper');
    const lose = (act: Act, people = 'hana') => asksFor(root, page, act, people);
    await newHelper(server, root, as, 'second', allow(['User:approveUserMFAReset']));
    const path = `/v1/operators/${root.operatorId}/settings`;
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: true };
    const two = { ...settings, secondPersonForResets: true };
    // There are two of them for hana, and one for each other.
    await lose({ method: 'PUT', path, body: two }, 'second');
    await lose({ method: 'DELETE', path: `${userPath(root, 'second')}/mfa` });
    await page.call('PUT', path, { body: { ...two, secondPersonForResets: false } });
    await lose({ method: 'PUT', path, body: two });
    await page.call('PUT', path, { body: { ...two, secondPersonForResets: false } });
    // Of our own operations it is asked of programs as well.
    const byProgram = await call(server, 'PUT', path, { as, body: two });
    expect(refusalOf(byProgram)).toEqual([409, 'MFA0037', 'hana']);
    await lose({ method: 'DELETE', path: `${userPath(root, 'helper')}/mfa` });
  });

  it('taking away the address that a link for a reset is mailed to', async () => {
    const { root, page, hana, as } = await office();
    await giveAddress(server, { root, hana } as Office, as, 'hana@example.com');
    await asksFor(root, page, { method: 'DELETE', path: `${userPath(root, 'hana')}/email` }, 'hana');
    // The last mail went to an address that is not there any more.
    await server.ctx.db.deleteFrom('outbox').where('operator_id', '=', root.operatorId).execute();
  });

  it('asks for nothing when nobody gets in less well', async () => {
    const { root, page, as } = await office();
    for (const name of ['one', 'two']) await newSam(server, root, as, name, disabling);
    expect((await page.call('DELETE', `${userPath(root, 'one')}/permission`)).status).toBe(204);
    expect((await page.call('DELETE', userPath(root, 'one'))).status).toBe(204);
    expect((await page.call('DELETE', `${userPath(root, 'hana')}/mfa`)).status).toBe(204);
    // Who needs no factor needs nobody who takes it away.
    expect((await page.call('DELETE', userPath(root, 'two'))).status).toBe(204);
  });

  it('two helpers who leave at once: one of them is asked', async () => {
    const { root, page, as } = await office();
    for (const name of ['one', 'two']) await newSam(server, root, as, name, disabling);
    const leave = (name: string) => page.call('DELETE', `${userPath(root, name)}/permission`);
    const answers = await Promise.all(['one', 'two'].map(leave));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await ways(root, as, 'hana')).not.toContain(onlyRoot);
  });

  it('names nobody to a user who may not see the others', async () => {
    const { root, as } = await office();
    await newSam(server, root, as, 'helper', disabling);
    const clerk = await newSam(server, root, as, 'clerk', allow(['User:deleteUser']));
    const guardOff = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: false };
    await call(server, 'PUT', `/v1/operators/${root.operatorId}/settings`, { as, body: guardOff });
    const page = await samPage(clerk);
    const refused = await page.call('DELETE', userPath(root, 'helper'));
    expect(refusalOf(refused)).toEqual([409, 'MFA0037', undefined]);
    expect(refused.body.message).toContain('from a user');
    expect(refused.text).not.toContain('hana');
    const may = { permission: allow(['User:deleteUser', 'User:listWaysBack']) };
    await call(server, 'PUT', `${userPath(root, 'clerk')}/permission`, { as, body: may });
    expect(refusalOf(await page.call('DELETE', userPath(root, 'helper')))).toEqual([409, 'MFA0037', 'hana']);
  });
});
