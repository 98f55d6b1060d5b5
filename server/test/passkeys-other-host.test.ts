import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/postgres.ts';
import { hostInfo } from '../src/cli/context.ts';
import { diagnose } from '../src/cli/doctor.ts';
import { removePasskeys } from '../src/cli/passkeys.ts';
import { newBrowser } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { placeOf, runCommand } from './support/command.ts';
import { checkInvariants } from './support/invariants.ts';
import { beginBeside, register, signInAlone } from './support/passkeys.ts';
import { auditOf, enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { newSecurityKey, type SecurityKey } from './support/security-key.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const moved = { WARIFU_BASE_URL: 'https://id.example.org', WARIFU_SMTP_URL: 'smtp://127.0.0.1:9' };

describe.each(engines)('passkeys of a host that the server had before, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let codes: string[];
  let bare: Sam;
  let both: Sam;
  let seed: string;
  const keys: Record<'root' | 'bare' | 'both', SecurityKey> = {
    root: newSecurityKey(),
    bare: newSecurityKey(),
    both: newSecurityKey(),
  };
  beforeAll(async () => {
    server = await startTestServer(engine);
    root = await newRoot(server);
    as = await signIn(server, root);
    codes = (await register(server, as, keys.root)).body.backupCodes as string[];
    bare = await newSam(server, root, as, 'bare');
    await register(server, await signInSam(server, bare), keys.bare);
    both = await newSam(server, root, as, 'both');
    seed = await enrolSam(server, root, as, 'both');
    const own = await signInSam(server, both, otpAt(seed, server.clock.now));
    await register(server, own, keys.both);
    await register(server, own, newSecurityKey());
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const host = (...args: string[]) => runCommand(server, args, moved);
  const listed = async () => {
    const { stdout } = await host('passkeys', 'list', '--json');
    const { passkeys } = JSON.parse(stdout) as { passkeys: { operatorId: string }[] };
    return passkeys.filter(({ operatorId }) => operatorId === root.operatorId);
  };
  const none = { operatorId: '', host: 'localhost', work: false, count: 1 };

  it('refuses to start, and says what to do', async () => {
    const { code, stderr } = await runCommand(server, ['serve'], { ...moved, WARIFU_PORT: String(await freePort()) });
    expect([code, stderr]).toEqual([78, expect.stringContaining('npx warifu passkeys remove localhost')]);
    const { findings } = await diagnose({ ...placeOf(server.ctx.config), ...moved }, {});
    expect(findings).toContainEqual(
      expect.objectContaining({ found: expect.stringMatching(/passkeys for localhost/) }),
    );
  });

  it('lists whose they are, and how each person gets in without them', async () => {
    const of = (user: string, otherwise: string, count = 1) => {
      return { ...none, operatorId: root.operatorId, user, otherwise, count };
    };
    expect(await listed()).toEqual([
      of('root', 'backup code'),
      of('sam:bare', 'root user'),
      of('sam:both', 'another factor', 2),
    ]);
  });

  it('removes nothing for the own host, for a host without passkeys, and beside a running server', async () => {
    const { ctx } = server;
    const elsewhere = { ...ctx, config: { ...ctx.config, baseUrl: moved.WARIFU_BASE_URL } };
    const info = hostInfo('passkeys remove');
    await expect(removePasskeys(ctx, info, 'LOCALHOST')).rejects.toThrow('Passkeys for localhost work');
    await expect(removePasskeys(elsewhere, info, 'example.com')).rejects.toThrow('There are some for localhost.');
    await expect(removePasskeys(elsewhere, info, 'localhost')).rejects.toThrow('Stop every server first');
    expect((await signInAlone(newBrowser(server), keys.root)).status).toBe(200);
  });

  it('removes them with a record and a notice of each user, and their sessions end', async () => {
    // What says that the server runs; its clock and its answers stay as they are.
    await server.jobs.stop();
    const { code, stdout } = await host('passkeys', 'remove', 'localhost');
    expect([code, stdout]).toEqual([0, expect.stringContaining('4, of 3 users. Without another factor: 2 users')]);
    expect((await call(server, 'GET', '/v1/auth/sessions', { as })).status).toBe(401);
    const records = await auditOf(server, root.operatorId, 'Host:passkeys remove');
    const written = records.map(({ target, outcome, actor }) => `${target} ${outcome} ${actor.split(':')[0]}`);
    expect(written.sort()).toEqual(['root success host', 'sam:bare success host', 'sam:both success host']);
    const ofBoth = records.find(({ target }) => target === 'sam:both')?.detail ?? '';
    expect(JSON.parse(ofBoth)).toMatchObject({ host: 'localhost', passkeys: 2 });
    const told = (await mailsOf(server, root.operatorId)).filter(({ template }) => template === 'passkeys_other_host');
    const mails = told.map(({ to, facts }) => [to, facts.userName ?? 'root', facts.host].join(' '));
    expect(mails.sort()).toEqual(['bare', 'both', 'root'].map((name) => `${root.email} ${name} localhost`));
    const left = { ...none, operatorId: root.operatorId, host: undefined };
    expect(await listed()).toEqual([
      { ...left, user: 'root', otherwise: 'backup code' },
      { ...left, user: 'sam:bare', otherwise: 'root user' },
    ]);
  });

  it('R14: MFA stays on: neither the password alone nor the passkey opens anything', async () => {
    for (const key of Object.values(keys)) {
      expect((await signInAlone(newBrowser(server), key)).body.code).toBe('MFA0013');
    }
    const { email, password } = root;
    for (const body of [{ email, password }, { email, password, mfaOTPCode: '123456' }, { ...bare }]) {
      const answer = await call(server, 'POST', '/v1/auth', { body });
      expect([answer.status, answer.body.code]).toEqual([401, 'MFA0014']);
    }
    const { browser, first } = await beginBeside(server, root);
    expect(first.body).toEqual({ next: 'MFA', factors: ['passkey'] });
    const asked = await browser.call('POST', '/v1/console/sign_in/passkey/begin', { body: { pending: true } });
    expect([asked.status, asked.body.code]).toEqual([400, 'MFA0019']);
  });

  it('who has another factor signs in with it; the others come back by their ways', async () => {
    server.clock.now += 30_000;
    const again = await signInSam(server, both, otpAt(seed, server.clock.now));
    await register(server, again, newSecurityKey());

    const { email, password } = root;
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: { email, password } });
    const token = await mailedToken(server, root.operatorId, 'mfa_reset_link');
    const reset = { token, email, password, backupCode: codes[0] };
    expect((await call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', { body: reset })).status).toBe(200);
    const owner = await signIn(server, root);
    await register(server, owner, newSecurityKey());

    const status = await call(server, 'GET', `${userPath(root, 'bare')}/mfa`, { as: owner });
    expect(status.body).toMatchObject({ status: 'ACTIVE', suspended: true });
    expect((await call(server, 'DELETE', `${userPath(root, 'bare')}/mfa`, { as: owner })).status).toBe(204);
    await register(server, await signInSam(server, bare), newSecurityKey());
  });

  it('a user without a passkey is not asked for whichever its device has', async () => {
    const enrolled = await enrol(server, await newRoot(server));
    const asked = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as: enrolled });
    expect([asked.status, asked.body.code]).toEqual([400, 'MFA0019']);
  });
});
