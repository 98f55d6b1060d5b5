import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparedRead } from '../src/db/reads.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

/** An answer is a new object whenever it was read. */
const read = preparedRead(
  (db, prefix) => db.selectFrom('server_state').select('value').where('key', 'like', prefix),
  (rows) => ({ values: rows.map(({ value }) => value) }),
);

describe.runIf(engines.includes('sqlite'))('answers of the embedded database', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterAll(() => server.stop());

  const write = (key: string) => server.ctx.db.insertInto('server_state').values({ key, value: key }).execute();

  it('are kept until somebody commits, whatever that was', async () => {
    const { db } = server.ctx;
    await write('kept 1');
    const first = await read(db, 'kept %');
    expect(first.values).toEqual(['kept 1']);
    expect(await read(db, 'kept %')).toBe(first);
    await write('other');
    const second = await read(db, 'kept %');
    expect(second).not.toBe(first);
    expect(second).toEqual(first);
    await write('kept 2');
    expect((await read(db, 'kept %')).values.toSorted()).toEqual(['kept 1', 'kept 2']);
  });

  it('push out those that were read first when there are too many, and the next commit frees all', async () => {
    const { db } = server.ctx;
    const none = (i: number) => `nobody ${'x'.repeat(10_000)} ${i}`;
    const first = await read(db, none(0));
    expect(await read(db, none(0))).toBe(first);
    // 20 kB each, of 8 MB.
    for (let i = 1; i < 500; i++) await read(db, none(i));
    const last = await read(db, none(499));
    expect(await read(db, none(499))).toBe(last);
    expect(await read(db, none(0))).not.toBe(first);
    const again = await read(db, none(0));
    await write('free');
    expect(await read(db, none(0))).not.toBe(again);
  });
});
