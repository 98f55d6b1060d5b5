import { afterAll, beforeAll, expect, it } from 'vitest';
import { findApiOperation } from '../src/gate/catalogue/find.ts';
import { describeApi } from './support/forward.ts';
import { heapInUse } from './support/heap.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  // What is found is remembered alike on both engines; PostgreSQL is asked anew each time, which takes long.
  server = await startTestServer('sqlite');
});
afterAll(() => server.stop());

it('attack: hosts and paths that somebody makes up do not fill the memory', async () => {
  await describeApi(server, 'things', { 'GET /things/{id}': 'Thing:show' }, { host: 'example.com' });
  const find = (i: number) =>
    findApiOperation(server.ctx.db, { host: `example.com:${i % 3000}`, method: 'GET', path: `/things/${i}` });
  expect(await find(0)).toMatchObject({ matched: { pathVariables: { id: '0' } } });
  const before = heapInUse();
  for (let i = 0; i < 100_000; i++) await find(i);
  expect(heapInUse() - before).toBeLessThan(15_000_000);
});
