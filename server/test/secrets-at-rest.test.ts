import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootId } from '../src/db/schema.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { openHash } from '../src/users/sealed-hash.ts';
import { signInConsole } from './support/browser.ts';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { testKeys } from './support/keys.ts';
import { canaries, type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root } from './support/people.ts';
import { askReset, resetPasswordByMail, resetToken } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('secrets at rest on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Enrolled;
  const newPassword = 'the second canary 割符 2';
  beforeAll(async () => {
    canaries.add(newPassword);
    server = await startTestServer(engine);
    root = await newRoot(server);
    as = await enrol(server, root);
    await signInConsole(server, root, otpAt(as.seed, server.clock.now));
    const { email } = root;
    const wrong = 'a wrong canary 割符 3';
    canaries.add(wrong);
    await call(server, 'POST', '/v1/auth', { body: { email, password: wrong } });
    // Passwords that land in the wrong field or place must not be kept either.
    await call(server, 'POST', '/v1/auth', { body: { email: wrong, password: wrong } });
    await call(server, 'POST', '/v1/auth', { body: { email, password: wrong, mfaOTPCode: wrong } });
    await call(server, 'POST', '/v1/auth', { body: `{"password":"${wrong}"` });
    await askReset(server, { email, password: wrong });
    await resetToken(server, root);
    await resetPasswordByMail(server, root, newPassword);
  });
  afterAll(() => server.stop());

  it('R71, I5: no column and no line of the log holds any of them', async () => {
    expect(canaries.size).toBeGreaterThan(14);
    await checkInvariants(server);
    await mailsOf(server, root.operatorId);
    await checkInvariants(server);
    // What is logged does come here.
    server.ctx.log.info('a line');
    expect(server.log()).toContain('a line');
  });

  it('R71, I5: nor does any file of the data folder, byte by byte', () => {
    const folder = server.ctx.config.dataDir;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
    const bytes = files.filter((name) => statSync(name).isFile()).map((name) => readFileSync(name));
    expect(bytes.length).toBeGreaterThan(0);
    for (const content of bytes) {
      for (const canary of canaries) expect(content.includes(canary)).toBe(false);
    }
    // The positive control: what is no secret is found in the file that holds it.
    if (engine === 'sqlite') expect(bytes.some((content) => content.includes(root.email))).toBe(true);
  });

  it('R70: seeds are sealed with a key that the database does not hold, each for its own row', async () => {
    const row = await server.ctx.db.selectFrom('authenticator_apps').selectAll().executeTakeFirstOrThrow();
    expect(row.secret).toMatch(/^v1\.[\da-f]{8}\.[\w-]{16}\.[\w-]+$/);
    // Moved to another account, a seed opens nothing: the request is refused instead of signing in.
    const other = await newRoot(server);
    const { seed } = await enrol(server, other);
    const move = server.ctx.db.updateTable('authenticator_apps').set({ secret: row.secret });
    await move.where('operator_id', '=', other.operatorId).execute();
    const body = { email: other.email, password: other.password };
    for (const secret of [seed, as.seed]) {
      const mfaOTPCode = otpAt(secret, server.clock.now);
      const answer = await call(server, 'POST', '/v1/auth', { body: { ...body, mfaOTPCode } });
      expect([answer.status, answer.body.code, answer.body.token]).toEqual([403, 'MFA0012', undefined]);
    }
    await checkInvariants(server);
  });

  it('R70: with other keys the server refuses to start; with its own it does', async () => {
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    await expect(assertKeysFit(server.ctx.db, testKeys())).rejects.toThrow(/keys/);
    const rotated = { ...server.ctx.keys, sealing: [...testKeys().sealing, ...server.ctx.keys.sealing] };
    await expect(assertKeysFit(server.ctx.db, rotated)).resolves.toBeUndefined();
  });

  it('R07: two users with one password have different rows', async () => {
    const [one, two] = [await newRoot(server, 'one and the same 割符'), await newRoot(server, 'one and the same 割符')];
    const hashes = await server.ctx.db
      .selectFrom('users')
      .select('password_hash')
      .where('operator_id', 'in', [one.operatorId, two.operatorId])
      .execute();
    expect(new Set(hashes.map((row) => row.password_hash)).size).toBe(2);
    for (const { password_hash: stored } of hashes) expect(stored).toMatch(/^v1\.[\da-f]{8}\.[\w-]{16}\.[\w-]+$/);
  });

  it('R07: a hash opens nothing without the key file, nor in another row', async () => {
    const [own, other] = [await newRoot(server), await newRoot(server)];
    const row = (operatorId: string) =>
      server.ctx.db.selectFrom('users').selectAll().where('operator_id', '=', operatorId).executeTakeFirstOrThrow();
    const { password_hash: passwordHash } = await row(own.operatorId);
    const stored = { operatorId: own.operatorId, userId: rootId, passwordHash: passwordHash ?? undefined };
    expect(openHash(server.ctx, stored)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(openHash({ ...server.ctx, keys: testKeys() }, stored)).toBeUndefined();
    // Who can write to the database, but has no key, gives another account a password that he knows.
    const update = server.ctx.db.updateTable('users').set({ password_hash: passwordHash });
    await update.where('operator_id', '=', other.operatorId).execute();
    const body = { email: other.email, password: own.password };
    expect((await call(server, 'POST', '/v1/auth', { body })).body.code).toBe('AUM0002');
  });
});
