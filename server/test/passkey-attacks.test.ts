import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assertPasskeysFit } from '../src/factors/relying-party.ts';
import { newBrowser } from './support/browser.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { answerIn, beginAlone, beginBeside, finishBeside, register, signInAlone } from './support/passkeys.ts';
import { auditOf, canaries, enrol, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { par, sourceOf, successes } from './support/race.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { flags, newSecurityKey, type SecurityKey, type Twist } from './support/security-key.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

type Options = Parameters<SecurityKey['create']>[0];

describe.each(engines)('attacks on passkeys, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let root: Root;
  let as: Credentials;
  let key: SecurityKey;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    second = await joinTestServer(server);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });
  beforeEach(async () => {
    root = await newRoot(server);
    as = await signIn(server, root);
    key = newSecurityKey({ counts: 7 });
    await register(server, as, key);
  });
  afterEach(() => checkInvariants(server, [503]));

  const stepUp = (passkey: unknown, who = as) =>
    call(server, 'POST', '/v1/auth/step_up', { as: who, body: { passkey } });
  const refused = (answer: Answer, code = 'MFA0013') =>
    expect([answer.status < 300, answer.body.code]).toEqual([false, code]);

  const twists: Record<string, Twist> = {
    'another type': { type: 'webauthn.create' },
    'another challenge': { challenge: 'A'.repeat(43) },
    'the origin of a subdomain': { origin: 'http://login.localhost:8787' },
    'an origin that begins alike': { origin: 'http://localhost:8787.evil.example' },
    'another port': { origin: 'http://localhost:8788' },
    'https for http': { origin: 'https://localhost:8787' },
    'another relying party': { rpId: 'evil.example' },
    'a page in a frame': { clientData: { crossOrigin: true } },
    'a page in a frame of a named page': { clientData: { crossOrigin: true, topOrigin: 'https://evil.example' } },
    'a top page without a frame': { clientData: { topOrigin: 'https://evil.example' } },
    'nobody present': { flags: flags.up },
    'backed up though it stays in its device': { flags: flags.be },
    'in one device after it was in several': { flags: flags.be | flags.bs },
    'the handle of another user': { userHandle: Buffer.alloc(64).toString('base64url') },
    'the ID of no passkey': { id: Buffer.alloc(32).toString('base64url') },
  };

  it.each(Object.keys(twists))('R33: refuses %s, and says no more than that', async (name) => {
    const twist = twists[name] ?? {};
    const answers = [await stepUp(await answerIn(server, as, key, twist))];
    const browser = newBrowser(server);
    answers.push(await signInAlone(browser, key, twist));
    const beside = await beginBeside(server, root);
    answers.push(await finishBeside(beside.browser, key.get(beside.options, twist)));
    for (const answer of answers) refused(answer);
    expect(new Set(answers.map(({ text }) => text.replace(/"(requestId|instance)":"[^"]*"/g, ''))).size).toBe(1);
    expect(browser.cookies.has('__Host-warifu-8787')).toBe(false);
    // The positive control: untwisted, it opens.
    expect((await stepUp(await answerIn(server, as, key))).status).toBe(200);
  });

  it('R33: a signature by another key, and a signature of something else, prove nothing', async () => {
    const other = newSecurityKey({ counts: 7 });
    const { body } = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as });
    const forged = other.get(body.options as never, { id: key.id, userHandle: undefined });
    refused(await stepUp(forged));
    const right = await answerIn(server, as, key);
    const { response } = await answerIn(server, as, key);
    refused(await stepUp({ ...right, response: { ...right.response, signature: response.signature } }));
  });

  const registrations: Record<string, Twist> = {
    'another type': { type: 'webauthn.get' },
    'another origin': { origin: 'http://localhost:8787.evil.example' },
    'another relying party': { rpId: 'evil.example' },
    'a page in a frame': { clientData: { crossOrigin: true } },
    'nobody present': { flags: flags.up },
    'backed up though it stays in its device': { flags: flags.be },
    'an algorithm that was not offered': { alg: -35 },
  };
  it.each(Object.keys(registrations))('R33: registers nothing with %s', async (name) => {
    const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    const passkey = newSecurityKey().create(begun.body.options as Options, registrations[name]);
    refused(await call(server, 'POST', '/v1/auth/passkeys', { as, body: { passkey } }));
    expect(JSON.parse((await call(server, 'GET', '/v1/auth/factors', { as })).text)).toHaveLength(1);
  });

  it('R33: one passkey is never registered twice, nor for two', async () => {
    const other = await newRoot(server);
    for (const who of [as, await signIn(server, other)]) {
      const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as: who });
      const passkey = key.create(begun.body.options as Options);
      refused(await call(server, 'POST', '/v1/auth/passkeys', { as: who, body: { passkey } }), 'MFA0018');
    }
    const tooLong = { id: 'A'.repeat(1365), rawId: 'A'.repeat(1365) };
    const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    const passkey = { ...newSecurityKey().create(begun.body.options as Options), ...tooLong };
    refused(await call(server, 'POST', '/v1/auth/passkeys', { as, body: { passkey } }), 'COM0001');
  });

  it('R32: a challenge is good once, for five minutes, and the newer one alone', async () => {
    const used = await answerIn(server, as, key);
    const proved = await stepUp(used);
    expect(proved.status).toBe(200);
    canaries.add(String(proved.body.token));
    const now = { ...as, token: String(proved.body.token) };
    refused(await stepUp(used, now));
    const late = await answerIn(server, now, key);
    server.clock.now += 5 * 60_000;
    refused(await stepUp(late, now));
    const older = await answerIn(server, now, key);
    const newer = await answerIn(server, now, key);
    refused(await stepUp(older, now));
    expect((await stepUp(newer, now)).status).toBe(200);
  });

  it('R32: a wrong answer uses its challenge up', async () => {
    const { body } = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as });
    refused(await stepUp(key.get(body.options as never, { origin: 'https://evil.example' })));
    refused(await stepUp(key.get(body.options as never)));
  });

  it('R32: a challenge of another session, user, ceremony or browser is none', async () => {
    const taro = await newSam(server, root, as, 'taro');
    const own = newSecurityKey();
    const sam = await signInSam(server, taro);
    await register(server, sam, own);
    // Another user of the same operator, and another session of the same user.
    refused(await stepUp(await answerIn(server, as, own), sam));
    const browser = newBrowser(server);
    await signInAlone(browser, key);
    const passkey = await answerIn(server, as, key);
    browser.csrfToken = String((await browser.call('GET', '/v1/console/session')).body.csrfToken);
    refused(await browser.call('POST', '/v1/auth/step_up', { body: { passkey } }));
    // A challenge for a registration answers no sign-in, and the other way round.
    const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    refused(await stepUp(key.get({ ...(begun.body.options as Options), rpId: 'localhost' })));
    const asked = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as });
    const { challenge } = asked.body.options as Options;
    const made = newSecurityKey().create({ ...(begun.body.options as Options), challenge });
    refused(await call(server, 'POST', '/v1/auth/passkeys', { as, body: { passkey: made } }), 'MFA0006');
    // One browser's challenge, another one's answer.
    const [victim, thief] = [newBrowser(server), newBrowser(server)];
    await beginAlone(victim);
    const stolen = key.get(await beginAlone(thief));
    refused(await victim.call('POST', '/v1/console/sign_in/passkey', { body: { passkey: stolen } }));
    // The second step of one pending sign-in with the challenge of another one.
    const [one, two] = [await beginBeside(server, root), await beginBeside(server, root)];
    refused(await finishBeside(two.browser, key.get(one.options)));
  });

  it('R35: a counter that goes back is refused, recorded and told', async () => {
    for (const signCount of [7, 3, 0]) refused(await stepUp(await answerIn(server, as, key, { signCount })));
    refused(await signInAlone(newBrowser(server), key, { signCount: 7 }));
    const records = (await auditOf(server, root.operatorId, 'Auth:stepUp')).map(({ detail }) => JSON.parse(detail));
    expect(records).toEqual(Array(3).fill({ passkey: 'counter went back' }));
    const mails = (await mailsOf(server, root.operatorId)).filter(({ template }) => template === 'passkey_copied');
    expect(mails.length).toBeGreaterThan(0);
    expect((await stepUp(await answerIn(server, as, key, { signCount: 100 }))).status).toBe(200);
  });

  it('R36: whoever asks before it has said who it is learns nothing of who has passkeys', async () => {
    const asked = await Promise.all([beginAlone(newBrowser(server)), beginAlone(newBrowser(server))]);
    for (const options of asked) {
      expect(Object.keys(options).sort()).toEqual(['challenge', 'rpId', 'timeout', 'userVerification']);
      expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32);
    }
    const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    const { id } = (begun.body.options as Options).user;
    expect(Buffer.from(id, 'base64url')).toHaveLength(64);
    refused(
      await newBrowser(server).call('POST', '/v1/console/sign_in/passkey/begin', { body: { pending: true } }),
      'AUM0018',
    );
  });

  it('R37: a stolen session that was proved long ago, and one without MFA, add and remove nothing', async () => {
    const before = await newRoot(server);
    const old = await signIn(server, before);
    server.clock.now += 16 * 60_000;
    const begin = (who: Credentials) => call(server, 'POST', '/v1/auth/passkeys/begin', { as: who });
    refused(await begin(old), 'MFA0004');
    const [factor] = JSON.parse((await call(server, 'GET', '/v1/auth/factors', { as })).text) as { factorId: string }[];
    refused(await call(server, 'DELETE', `/v1/auth/factors/${factor?.factorId}`, { as }), 'MFA0004');
    const wrong = { password: 'not the password' };
    refused(await call(server, 'POST', '/v1/auth/step_up', { as, body: wrong }), 'AUM0011');
  });

  it('R37: nobody else registers, renames or removes a passkey, whatever the permissions say', async () => {
    const taro = await newSam(server, root, as, 'taro', allow(['*']));
    const sam = await signInSam(server, taro);
    const [factor] = JSON.parse((await call(server, 'GET', '/v1/auth/factors', { as })).text) as { factorId: string }[];
    const path = `/v1/auth/factors/${factor?.factorId}`;
    refused(await call(server, 'PUT', path, { as: sam, body: { label: 'mine' } }), 'COM0404');
    refused(await call(server, 'DELETE', path, { as: sam }), 'COM0404');
    const made = await call(server, 'POST', `${userPath(root, 'taro')}/auth_keys`, { as });
    canaries.add(String(made.body.authKey));
    const byKey = await call(server, 'POST', '/v1/auth', { body: made.body });
    const program = { apiKey: String(byKey.body.apiKey), token: String(byKey.body.token) };
    canaries.add(program.apiKey).add(program.token);
    refused(await call(server, 'POST', '/v1/auth/passkeys/begin', { as: program }), 'AUM0015');
    refused(await call(server, 'GET', '/v1/auth/factors', { as: program }), 'AUM0015');
  });

  it('R14: with a passkey active the password alone opens nothing, nor does a code that was never enrolled', async () => {
    const { browser } = await beginBeside(server, root);
    refused(await browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode: '123456' } }), 'MFA0014');
    refused(await browser.call('POST', '/v1/console/sign_in/verify', { body: {} }), 'MFA0014');
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
    refused(await call(server, 'POST', '/v1/auth/step_up', { as, body: { password: root.password } }), 'MFA0014');
  });

  it('R34: step-up by a passkey alone asks for a PIN or a fingerprint, as it was used', async () => {
    refused(await stepUp(await answerIn(server, as, key, { flags: flags.uv })));
    refused(await signInAlone(newBrowser(server), key, { flags: flags.uv }));
    const body = { password: root.password, passkey: await answerIn(server, as, key, { flags: flags.uv }) };
    expect((await call(server, 'POST', '/v1/auth/step_up', { as, body })).status).toBe(200);
  });

  it('R14: no passkey signs in a user that was deleted, or whose password was taken away', async () => {
    const sams = await Promise.all(
      ['gone', 'bare'].map(async (name) => {
        const own = newSecurityKey();
        const sam = await newSam(server, root, as, name);
        await register(server, await signInSam(server, sam), own);
        return own;
      }),
    );
    for (const own of sams) expect((await signInAlone(newBrowser(server), own)).status).toBe(200);
    expect((await call(server, 'DELETE', userPath(root, 'gone'), { as })).status).toBe(204);
    expect((await call(server, 'DELETE', `${userPath(root, 'bare')}/password`, { as })).status).toBe(204);
    for (const own of sams) refused(await signInAlone(newBrowser(server), own));
    await newSam(server, root, as, 'gone');
    for (const own of sams) refused(await signInAlone(newBrowser(server), own));
  });

  it('"cancel and lock" stops passkeys too, and a wrong password a hundred times does not', async () => {
    const user = server.ctx.db.updateTable('users').where('operator_id', '=', root.operatorId);
    await user.set({ password_suspended_at: server.clock.now }).execute();
    expect((await signInAlone(newBrowser(server), key)).status).toBe(200);
    await user.set({ locked_at: server.clock.now }).execute();
    refused(await signInAlone(newBrowser(server), key));
  });

  it('R70: a public key that was put in another row proves nothing there', async () => {
    const other = await newRoot(server);
    const theirs = await signIn(server, other);
    const attacker = newSecurityKey();
    await register(server, theirs, attacker);
    const rows = server.ctx.db.selectFrom('passkeys').select('public_key');
    const { public_key } = await rows.where('operator_id', '=', other.operatorId).executeTakeFirstOrThrow();
    await server.ctx.db
      .updateTable('passkeys')
      .set({ public_key })
      .where('operator_id', '=', root.operatorId)
      .execute();
    const { body } = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as });
    const forged = attacker.get(body.options as never, { id: key.id, userHandle: undefined });
    refused(await stepUp(forged), 'MFA0012');
    expect(server.log()).toContain('the sealed key of a passkey does not open');
  });

  it('R20, I1: of 64 that send one answer at one instant, one comes through, whatever the door', {
    timeout: 600_000,
  }, async () => {
    const count = Number(process.env['WARIFU_TEST_ROUNDS'] ?? (engine === 'postgres' ? 3 : 1));
    for (let round = 0; round < count; round++) {
      const { browser, options } = await beginBeside(server, root);
      const passkey = key.get(options);
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { cookie, origin: 'http://localhost:8787', 'sec-fetch-site': 'same-origin' };
      const finish = (i: number) =>
        call(i % 2 === 0 ? server : second, 'POST', '/v1/console/sign_in/verify', {
          body: { passkey },
          headers,
          ip: sourceOf(i),
        });
      const answers = await par(64, finish);
      expect([round, successes(answers).length]).toEqual([round, 1]);
      const alone = newBrowser(server);
      const whole = key.get(await beginAlone(alone));
      const own = [...alone.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const enter = (i: number) =>
        call(i % 2 === 0 ? server : second, 'POST', '/v1/console/sign_in/passkey', {
          body: { passkey: whole },
          headers: { ...headers, cookie: own },
          ip: sourceOf(i),
        });
      expect([round, successes(await par(64, enter)).length]).toEqual([round, 1]);
    }
    const sessions = await server.ctx.db
      .selectFrom('sessions')
      .select('token_hash')
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect(sessions.length).toBe(1 + 2 * count);
  });

  it('I1: of two removals at one instant one factor stays', async () => {
    const { seed, ...owner } = await enrol(server, await newRoot(server));
    expect(otpAt(seed, server.clock.now)).toMatch(/^\d{6}$/);
    await register(server, owner, newSecurityKey());
    const factors = JSON.parse((await call(server, 'GET', '/v1/auth/factors', { as: owner })).text) as {
      factorId: string;
    }[];
    const answers = await par(2, (i) =>
      call(i === 0 ? server : second, 'DELETE', `/v1/auth/factors/${factors[i]?.factorId}`, { as: owner }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
  });

  it('a server under another host name refuses to start while there are passkeys', async () => {
    const { db, config } = server.ctx;
    await assertPasskeysFit({ db, config });
    const moved = { db, config: { ...config, baseUrl: 'https://id.example.com' } };
    await expect(assertPasskeysFit(moved)).rejects.toThrow(/^WARIFU_BASE_URL: there are passkeys for localhost/);
  });
});
