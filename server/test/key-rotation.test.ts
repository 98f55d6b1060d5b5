import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context, RequestInfo } from '../src/context.ts';
import { type KeyFile, readKeyFile, replaceKeyFile } from '../src/crypto/key-file.ts';
import { loadKeys } from '../src/crypto/keys.ts';
import { seal, sealedColumns, sealedMark, unseal } from '../src/crypto/sealed.ts';
import { asHostCommand, lockFile, openDatabase } from '../src/db/database.ts';
import { countSealed, resealAll } from '../src/db/reseal.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { rotateKeys } from '../src/key-rotation.ts';
import { deferRequest } from '../src/mail/requests.ts';
import { createPresence } from '../src/presence.ts';
import { createContext } from '../src/server.ts';
import { type Browser, newBrowser, signInConsole } from './support/browser.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { testKeys } from './support/keys.ts';
import { register } from './support/passkeys.ts';
import { type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { resetToken, verifyReset } from './support/recovery.ts';
import { enrolSam, newSam, userPath } from './support/sam.ts';
import { newSecurityKey } from './support/security-key.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const patience = { servers: 20_000, settle: 100 };
const info: RequestInfo = {
  requestId: '',
  sourceIp: '',
  userAgent: 'host:tester',
  method: '',
  path: '',
  apiKind: 'Host:keys rotate',
  language: 'en',
};

type Host = { readonly ctx: Context; readonly end: () => Promise<void> };

/** A host command's own view of a server's database and key file; with a plugin that may cut it off. */
function hostOf(server: TestServer, plugin?: KyselyPlugin, file = server.ctx.config.keyFile.path): Host {
  const { config, log, now } = server.ctx;
  const opened = openDatabase(config.databaseUrl, () => {}, asHostCommand);
  const db = plugin ? opened.withPlugin(plugin) : opened;
  const own = { ...config, keyFile: { path: file, isGuarded: false } };
  const ctx = {
    ...createContext({ config: own, log, keys: loadKeys(file), db, now }, () => {}),
    hasher: server.ctx.hasher,
  };
  return { ctx, end: () => opened.destroy() };
}

async function rotate(server: TestServer) {
  const host = hostOf(server);
  try {
    return await rotateKeys(host.ctx, info, patience);
  } finally {
    await host.end();
  }
}

/** An account with everything that is sealed: password, seed, backup codes, mails, a sign-up, a waiting request. */
async function makeAccount(server: TestServer): Promise<{ root: Root; as: Enrolled }> {
  const root = await newRoot(server);
  const as = await enrol(server, root);
  const { ctx } = server;
  const email = `new-${root.operatorId.toLowerCase()}@example.com`;
  const body = { email, password: 'quilt pebble harbour 77', language: 'en' };
  await call(server, 'POST', '/v1/operators', { body });
  await server.jobs.drain();
  await deferRequest({ ctx, info, status: 200 }, 'password_reset', 'nobody@example.com');
  return { root, as };
}

const keyFileOf = (server: TestServer) => readKeyFile(server.ctx.config.keyFile.path);
const idsOf = ({ sealing }: KeyFile) => sealing.map(({ id, state }) => `${state} ${id}`);

describe.each(engines)('R70: rotating the keys on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_SIGNUP: 'open' }, { hasher: fastHasher() });
    await assertKeysFit(server.ctx.db, server.ctx.keys);
  });
  afterAll(() => server.stop());

  const startReset = async (root: Root, as: Enrolled) => {
    await newSam(server, root, as, 'hana');
    await enrolSam(server, root, as, 'hana');
    const body = { reason: 'phone lost' };
    const started = await call(server, 'POST', `${userPath(root, 'hana')}/mfa/reset`, { as, body });
    expect(started.status).toBe(201);
  };

  it('every column that holds a sealed value is one of the list, and each of the list holds some', async () => {
    const { root, as } = await makeAccount(server);
    await startReset(root, as);
    await register(server, as, newSecurityKey());
    const found = new Set<string>();
    for (const { name, columns } of await server.ctx.db.introspection.getTables()) {
      const rows = await server.ctx.db
        .selectFrom(name as 'users')
        .selectAll()
        .execute();
      for (const row of rows as Record<string, unknown>[]) {
        for (const column of columns) {
          if (/^v\d+\.[\da-f]{8}\./.test(String(row[column.name]))) found.add(`${name}.${column.name}`);
        }
      }
    }
    const listed = Object.entries(sealedColumns).map(([table, { column }]) => `${table}.${column}`);
    expect([...found].sort()).toEqual(listed.sort());
  });

  it('under load nothing is lost, and the old key is not needed afterwards', async () => {
    const { root, as } = await makeAccount(server);
    const people: Root[] = [];
    for (let i = 0; i < 60; i++) people.push(await newRoot(server));
    const [first = root] = people;
    const browser = await signInConsole(server, first);
    const oldToken = await signIn(server, first);
    const before = keyFileOf(server);
    const blind = Buffer.from(server.ctx.keys.blind);
    chmodSync(server.ctx.config.keyFile.path, 0o640);
    let over = false;
    let calls = 0;
    const load = async () => {
      while (!over) {
        const { email, password } = people[calls++ % people.length] ?? root;
        const ip = `203.0.113.${calls % 250}`;
        const answer = await call(server, 'POST', '/v1/auth', { body: { email, password }, ip });
        expect([answer.status, email]).toEqual([200, email]);
        if (calls % 5 === 0) people.push(await newRoot(server));
      }
    };
    const working = load();
    const { done, values, unopened } = await rotate(server);
    over = true;
    await working;
    expect({ done, unopened }).toEqual({ done: true, unopened: [] });
    expect(values).toBeGreaterThan(60);
    expect(calls).toBeGreaterThan(5);

    const after = keyFileOf(server);
    expect(idsOf(after)).toEqual([`current ${after.sealing[0]?.id}`]);
    expect(after.sealing[0]?.id).not.toBe(before.sealing[0]?.id);
    expect((statSync(server.ctx.config.keyFile.path).mode & 0o777).toString(8)).toBe('640');
    expect(Object.keys(await countSealed(server.ctx.db))).toEqual([after.sealing[0]?.id]);
    // A server that starts now has never seen the old key.
    await assertKeysFit(server.ctx.db, loadKeys(server.ctx.config.keyFile.path));

    for (const person of people) await signIn(server, person, undefined, '198.51.100.9');
    await signIn(server, root, otpAt(as.seed, server.clock.now));
    const token = await resetToken(server, root);
    const proof = { token, email: root.email, password: root.password, backupCode: as.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(200);
    await assertPageGoesOn(server, first, browser, blind);
    await assertTokensVerify(server, before, [oldToken.token, (await signIn(server, first)).token]);
    const records = await server.ctx.db
      .selectFrom('audit_log')
      .select('detail')
      .where('actor', '=', info.userAgent)
      .orderBy('sequence')
      .execute();
    expect(records.map(({ detail }) => (JSON.parse(detail) as { step: string }).step)).toEqual(['begun', 'done']);
    await checkInvariants(server);
  });

  it('a value that no key opens is named and stays', async () => {
    const { root } = await makeAccount(server);
    const stored = `${sealedMark}00000000.AAAAAAAAAAAAAAAA.AAAA`;
    const own = server.ctx.db.updateTable('authenticator_apps').set({ secret: stored });
    await own.where('operator_id', '=', root.operatorId).execute();
    const { unopened } = await resealAll(server.ctx.db, server.ctx.keys);
    expect(unopened.map(({ table, row }) => [table, row[0]])).toEqual([['authenticator_apps', root.operatorId]]);
    const all = server.ctx.db.selectFrom('authenticator_apps').select('secret');
    expect((await all.where('operator_id', '=', root.operatorId).executeTakeFirst())?.secret).toBe(stored);
    await server.ctx.db.deleteFrom('authenticator_apps').where('operator_id', '=', root.operatorId).execute();
  });

  it('cut off before any of its statements, it loses nothing and goes on', async () => {
    const { root, as } = await makeAccount(server);
    await server.jobs.stop();
    const first = keyFileOf(server).sealing[0]?.id;
    let steps = 0;
    for (let done = false; !done; steps++) {
      let left = steps;
      const cut: KyselyPlugin = {
        transformQuery: ({ node }) => {
          if (left-- <= 0) throw new Error('cut off');
          return node;
        },
        transformResult: async ({ result }) => result,
      };
      const host = hostOf(server, cut);
      done = await rotateKeys(host.ctx, info, { servers: 0, settle: 0 }).then(
        (rotation) => rotation.done,
        (error: Error) => {
          if (error.message !== 'cut off') throw error;
          return false;
        },
      );
      await host.end();
      // As after a kill: whoever starts now has what the file says.
      const keys = loadKeys(server.ctx.config.keyFile.path);
      await assertKeysFit(server.ctx.db, keys);
      expect((await resealAll(server.ctx.db, keys)).unopened).toEqual([]);
    }
    expect(steps).toBeGreaterThan(10);
    expect(keyFileOf(server).sealing.map(({ id, state }) => [state, id === first])).toEqual([['current', false]]);
    server.clock.now += 60_000;
    await signIn(server, root, otpAt(as.seed, server.clock.now));
  });
});

/** What rests on the derived key: a page that was open can write, and its browser is known at the next sign-in. */
async function assertPageGoesOn(server: TestServer, root: Root, browser: Browser, blind: Buffer): Promise<void> {
  expect(Buffer.from(server.ctx.keys.blind).equals(blind)).toBe(false);
  expect((await browser.call('PUT', '/v1/console/language', { body: { language: 'ja' } })).status).toBe(204);
  const again = newBrowser(server);
  for (const [name, value] of browser.cookies) if (name.endsWith('-device')) again.cookies.set(name, value);
  const body = { email: root.email, password: root.password };
  expect((await again.call('POST', '/v1/console/sign_in', { body })).status).toBe(200);
  expect((await mailsOf(server, root.operatorId)).map(({ template }) => template)).not.toContain('sign_in_new_device');
}

/** Tokens of before and after can be verified as long as they live; the old private key is gone. */
async function assertTokensVerify(server: TestServer, before: KeyFile, tokens: readonly string[]): Promise<void> {
  const published = async () => (await call(server, 'GET', '/.well-known/jwks.json')).body as unknown as JSONWebKeySet;
  const kid = before.signing[0]?.kid;
  for (const token of tokens) {
    await jwtVerify(token, createLocalJWKSet(await published()), { currentDate: new Date(server.clock.now) });
  }
  const kept = keyFileOf(server).signing.find((key) => key.kid === kid);
  expect([kept?.state, kept?.d]).toEqual(['old', undefined]);
  expect(JSON.stringify(await published())).not.toContain('"d"');
  // The longest life of a token, and a day.
  const until = Date.parse(kept?.until ?? '');
  expect(until).toBeGreaterThan(server.clock.now + 71 * 3_600_000);
  server.clock.now = until - 1;
  expect((await published()).keys.map((key) => key.kid)).toContain(kid);
  server.clock.now += 1;
  expect((await published()).keys.map((key) => key.kid)).not.toContain(kid);
}

describe.runIf(engines.includes('postgres'))('R70: servers that each have a copy of the key file', () => {
  it('rotate in order: no server meets what it cannot open', async () => {
    const server = await startTestServer('postgres', {}, { hasher: fastHasher() });
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    const { root, as } = await makeAccount(server);
    const copy = join(server.ctx.config.dataDir, 'elsewhere/keys.json');
    mkdirSync(dirname(copy));
    copyFileSync(server.ctx.config.keyFile.path, copy);
    const other = hostOf(server, undefined, copy);
    const presence = createPresence(other.ctx);
    await presence.keep();
    const looking = setInterval(() => void presence.keep(), 200);
    const both = async () => {
      server.clock.now += 60_000;
      await signIn(server, root, otpAt(as.seed, server.clock.now));
      // Written by either, read by the other.
      const ctxs = [server.ctx, other.ctx];
      for (const from of ctxs) for (const to of ctxs) expect(opens(from, to)).toBe(true);
    };
    const command = async () => {
      const host = hostOf(server);
      try {
        return await rotateKeys(host.ctx, info, { servers: 4000, settle: 100 });
      } finally {
        await host.end();
      }
    };
    for (const states of [
      ['current', 'next'],
      ['old', 'current'],
    ]) {
      const { done, waitsFor } = await command();
      expect([done, waitsFor.length]).toEqual([false, 1]);
      expect(keyFileOf(server).sealing.map(({ state }) => state)).toEqual(states);
      await both();
      copyFileSync(server.ctx.config.keyFile.path, copy);
    }
    expect((await command()).done).toBe(true);
    await both();
    clearInterval(looking);
    // A server that starts with the copy of before is refused; with the new one it is not.
    await expect(assertKeysFit(server.ctx.db, loadKeys(copy))).resolves.toBeUndefined();
    await presence.end();
    await other.end();
    await server.stop();
  });
});

/** Whether a mail that one server writes opens at another. */
function opens(from: Context, to: Context): boolean {
  const place = { table: 'outbox', row: ['OP', 'm'] } as const;
  return unseal(to.keys, seal(from.keys, 'text', place), place) === 'text';
}

describe('R70: the key file', () => {
  it('is not replaced where it cannot be, and the message says what to do', () => {
    expect(() => replaceKeyFile('/proc/version', {} as KeyFile)).toThrow(
      /cannot be replaced \(E\w+\).*WARIFU_KEYS_FILE/,
    );
  });

  it('of another database is not taken by a running server', async () => {
    const server = await startTestServer('sqlite');
    const { path } = server.ctx.config.keyFile;
    const own = readFileSync(path, 'utf8');
    const id = server.ctx.keys.sealing[0]?.id;
    const other = await startTestServer('sqlite');
    copyFileSync(other.ctx.config.keyFile.path, path);
    expect([server.ctx.keys.refresh(), server.ctx.keys.sealing[0]?.id]).toEqual([false, id]);
    expect(testKeys().sealing[0]?.id).not.toBe(id);
    expect(own).toContain(id);
    await other.stop();
    await server.stop();
  });

  it('is rotated by one command at a time', async () => {
    const server = await startTestServer('sqlite');
    const release = lockFile(server.ctx.config.keyFile.path);
    expect(lockFile(server.ctx.config.keyFile.path)).toBeUndefined();
    release?.();
    lockFile(server.ctx.config.keyFile.path)?.();
    await server.stop();
  });
});
