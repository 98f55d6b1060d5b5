import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MailFacts } from '../src/mail/facts.ts';
import { renderMail } from '../src/mail/templates/render.ts';
import { newBrowser } from './support/browser.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { answerIn, beginAlone, beginBeside, finishBeside, register, signInAlone } from './support/passkeys.ts';
import { canaries, mailsOf, newRoot, type Root, signIn } from './support/people.ts';
import { par, successes } from './support/race.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { newSecurityKey, type SecurityKey } from './support/security-key.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

type Creation = Parameters<SecurityKey['create']>[0];

describe.each(engines)('every door that takes a passkey, on %s', (engine) => {
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
    key = newSecurityKey();
    await register(server, as, key);
  });
  afterEach(() => checkInvariants(server));

  const codeOf = ({ status, body }: Answer) => (status < 300 ? status : body.code);
  const mfa = () => `/v1/operators/${root.operatorId}/mfa`;

  /** Begins at a door; the answer is what sends the proof, as often as it is called. */
  const doors: Record<string, () => Promise<(to?: TestServer) => Promise<Answer>>> = {
    'a whole sign-in': async () => {
      const browser = newBrowser(server);
      const passkey = key.get(await beginAlone(browser));
      return () => browser.call('POST', '/v1/console/sign_in/passkey', { body: { passkey } });
    },
    'the second step': async () => {
      const { browser, options } = await beginBeside(server, root);
      const passkey = key.get(options);
      return () => finishBeside(browser, passkey);
    },
    'a registration': async () => {
      const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
      const passkey = newSecurityKey().create(begun.body.options as Creation);
      return (to = server) => call(to, 'POST', '/v1/auth/passkeys', { as, body: { passkey } });
    },
    'new backup codes': async () => {
      const passkey = await answerIn(server, as, key);
      return async (to = server) => {
        const answer = await call(to, 'POST', `${mfa()}/backup_codes`, { as, body: { passkey } });
        for (const code of (answer.body.backupCodes ?? []) as string[]) canaries.add(code);
        return answer;
      };
    },
  };
  const used = { 'a whole sign-in': 'MFA0013', 'the second step': 'AUM0018', 'a registration': 'MFA0006' };
  const late = { ...used, 'new backup codes': 'MFA0013' };

  it.each(Object.keys(doors))('R32: at %s an answer is good once, and for five minutes', async (name) => {
    const begin = doors[name] as (typeof doors)['a registration'];
    const first = await begin();
    expect(codeOf(await first())).toBe(200);
    expect(codeOf(await first())).toBe({ ...used, 'new backup codes': 'MFA0013' }[name]);
    const tooLate = await begin();
    server.clock.now += 5 * 60_000;
    expect(codeOf(await tooLate())).toBe(late[name as keyof typeof late]);
  });

  it.each(['a registration', 'new backup codes'])(
    'R20, I1: at %s, of 8 at one instant one comes through',
    async (name) => {
      const begun = await (doors[name] as (typeof doors)['a registration'])();
      expect(successes(await par(8, (i) => begun(i % 2 === 0 ? server : second)))).toHaveLength(1);
    },
  );

  it('R33: the passkey of a user of another operator proves nothing here', async () => {
    const other = await newRoot(server);
    const theirs = newSecurityKey();
    await register(server, await signIn(server, other), theirs);
    const { browser, options } = await beginBeside(server, root);
    expect(codeOf(await finishBeside(browser, theirs.get(options)))).toBe('MFA0013');
    const { body } = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as });
    const passkey = theirs.get(body.options as Parameters<SecurityKey['get']>[0]);
    expect(codeOf(await call(server, 'POST', '/v1/auth/step_up', { as, body: { passkey } }))).toBe('MFA0013');
    // Alone it opens the account that it was made for, whatever the browser was at before.
    await browser.call('POST', '/v1/console/sign_in', { body: { email: root.email, password: root.password } });
    expect((await signInAlone(browser, theirs)).status).toBe(200);
    expect((await browser.call('GET', '/v1/console/session')).body.email).toBe(other.email);
  });

  it('R43: after MFA was disabled no passkey signs in, nor what was begun with one', async () => {
    const { browser, options } = await beginBeside(server, root);
    const alone = newBrowser(server);
    const whole = key.get(await beginAlone(alone));
    const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    const off = await call(server, 'DELETE', mfa(), { as, body: { password: root.password } });
    expect(off.status).toBe(204);
    expect(codeOf(await finishBeside(browser, key.get(options)))).toBe('AUM0018');
    const late = await alone.call('POST', '/v1/console/sign_in/passkey', { body: { passkey: whole } });
    expect(codeOf(late)).toBe('MFA0013');
    expect(codeOf(await signInAlone(newBrowser(server), key))).toBe('MFA0013');
    // A registration that was begun under the credentials of before is void, too.
    const passkey = newSecurityKey().create(begun.body.options as Creation);
    expect(codeOf(await call(server, 'POST', '/v1/auth/passkeys', { as, body: { passkey } }))).toBe('MFA0006');
    await signIn(server, root);
  });

  it('R38: nobody puts an authenticator app in the place of a passkey by the operations of the reference', async () => {
    const helper = await newSam(server, root, as, 'helper', allow(['*']));
    const taro = await newSam(server, root, as, 'taro', allow(['*']));
    const own = await signInSam(server, taro);
    await register(server, own, newSecurityKey());
    const body = { mfaOTPCode: '123456' };
    for (const [who, path] of [
      [as, mfa()],
      [own, `${userPath(root, 'taro')}/mfa`],
      [await signInSam(server, helper), `${userPath(root, 'taro')}/mfa`],
    ] as const) {
      expect(codeOf(await call(server, 'POST', path, { as: who }))).toBe('MFA0003');
      expect(codeOf(await call(server, 'POST', `${path}/verify`, { as: who, body }))).toBe('MFA0003');
    }
    const { operatorId, userName, password } = taro;
    const known = { operatorId, userName, password };
    expect(codeOf(await call(server, 'POST', '/v1/auth', { body: known }))).toBe('MFA0014');
  });

  it('R16: a login that stopped at the passkey is told in words of a passkey', async () => {
    await beginBeside(server, root);
    server.clock.now += 5 * 60_000;
    const mails = await mailsOf(server, root.operatorId);
    const told = mails.find(({ template }) => template === 'sign_in_code_failed')?.facts as unknown as MailFacts;
    const site = { baseUrl: 'http://localhost:8787', timeZone: 'UTC', name: 'Warifu', accent: undefined };
    for (const facts of [told, { ...told, userName: 'taro' }]) {
      for (const [language, word] of [
        ['en', 'passkey'],
        ['ja', 'パスキー'],
      ] as const) {
        const { subject, text } = renderMail({ language, facts }, site);
        expect(subject).toContain(word);
        expect(text).not.toMatch(/verification code|authenticator|認証コード|認証アプリ/);
      }
    }
  });

  it('a client of the reference reads what it knows: MFA is active, and nothing of passkeys', async () => {
    expect((await call(server, 'GET', mfa(), { as })).body).toMatchObject({ status: 'ACTIVE', backupCodes: {} });
    const taro = await newSam(server, root, as, 'taro', allow(['*']));
    await register(server, await signInSam(server, taro), newSecurityKey());
    const read = await call(server, 'GET', userPath(root, 'taro'), { as });
    const status = await call(server, 'GET', `${userPath(root, 'taro')}/mfa`, { as });
    expect(status.body.status).toBe('ACTIVE');
    expect(`${read.text}${status.text}`).not.toMatch(/passkey|credentialId|factor/i);
  });

  it('its owner reads when it was used last, by whichever door', async () => {
    const read = async () => {
      const { text } = await call(server, 'GET', '/v1/auth/factors', { as });
      return (JSON.parse(text) as { lastUsedAt?: number }[])[0]?.lastUsedAt;
    };
    expect(await read()).toBeUndefined();
    for (const use of [
      () => signInAlone(newBrowser(server), key),
      async () => {
        const { browser, options } = await beginBeside(server, root);
        return await finishBeside(browser, key.get(options));
      },
    ]) {
      server.clock.now += 60_000;
      expect((await use()).status).toBe(200);
      expect(await read()).toBe(server.clock.now);
    }
  });
});
