import { hashRaw } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootId } from '../src/db/schema.ts';
import { openHash, sealHash } from '../src/users/sealed-hash.ts';
import { call } from './support/client.ts';
import { newRoot } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('signing in many times on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine);
  });
  afterAll(() => server.stop());

  it('20 right sign-ins at the same instant from one source all succeed', async () => {
    const { email, password } = await newRoot(server);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(server, 'POST', '/v1/auth', { body: { email, password } })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it('R07: a row below the floor opens its account once, and is hashed anew by it', async () => {
    const { operatorId, email, password } = await newRoot(server);
    const salt = Buffer.alloc(16, 7);
    const weak = { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1, outputLen: 32, salt };
    const raw = await hashRaw(password.normalize('NFC'), weak);
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
    const user = { operatorId, userId: rootId };
    const stored = sealHash(server.ctx, user, `$argon2id$v=19$m=8192,t=1,p=1$${base64(salt)}$${base64(raw)}`);
    const opened = async () =>
      openHash(server.ctx, { ...user, passwordHash: (await row())?.password_hash ?? undefined });
    const row = () =>
      server.ctx.db
        .selectFrom('users')
        .select('password_hash')
        .where('operator_id', '=', operatorId)
        .executeTakeFirst();
    await server.ctx.db
      .updateTable('users')
      .set({ password_hash: stored })
      .where('operator_id', '=', operatorId)
      .execute();
    const wrong = await call(server, 'POST', '/v1/auth', { body: { email, password: `${password}x` } });
    expect(wrong.status).toBe(401);
    expect((await row())?.password_hash).toBe(stored);
    for (let i = 0; i < 2; i++) {
      expect((await call(server, 'POST', '/v1/auth', { body: { email, password } })).status).toBe(200);
      expect(await opened()).toContain('$m=19456,t=2,p=1$');
    }
  });
});
