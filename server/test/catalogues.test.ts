import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ofHost, readCatalogues } from '../src/authorize/imported.ts';
import { importFile } from '../src/cli/catalogue.ts';
import { removeCatalogue, saveCatalogue } from '../src/gate/catalogue/catalogues.ts';
import { readDescription } from '../src/gate/catalogue/description.ts';
import { type Credentials, call } from './support/client.ts';
import { byHost, hostInfo, newGateKey } from './support/host.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const operation = (operationId: string) => ({ tags: ['Order'], operationId, summary: `${operationId}.` });
const orders = {
  openapi: '3.1.0',
  paths: {
    '/orders': { get: operation('list'), post: operation('create') },
    '/orders/{order-id}': { get: operation('get'), delete: operation('cancel') },
  },
};
const changed = {
  openapi: '3.1.0',
  paths: {
    '/orders': { get: operation('list'), post: operation('place') },
    '/v2/orders/{order-id}': { get: operation('get') },
    '/refunds': { post: { ...operation('refund'), parameters: [{ in: 'query', name: 'dry-run' }] } },
  },
};

describe.each(engines)('catalogues of an operator, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let root: Root;
  let as: Credentials;

  beforeAll(async () => {
    server = await startTestServer(engine);
    second = await joinTestServer(server);
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });

  const at = (rest: string, of = root) => `/v1/operators/${of.operatorId}/${rest}`;
  const send = (method: string, rest: string, body?: object, by: Credentials = as) =>
    call(server, method, at(rest), { as: by, ...(body && { body }) });
  const file = (document: object) => ({ file: JSON.stringify(document) });
  const names = async (by: Credentials, of = root) => {
    const { status, body } = await call(second, 'GET', at('operations', of), { as: by });
    return status === 200 ? (body as unknown as { operation: string }[]).map((one) => one.operation) : status;
  };

  it('are previewed, imported, listed, exported and removed by the root user', async () => {
    await newSam(server, root, as, 'clerk', allow(['Order:*']));
    await newSam(server, root, as, 'other', allow(['User:*']));
    const first = await send('POST', 'catalogues/orders/preview', file(orders));
    expect(first.body).toMatchObject({
      problems: [],
      operations: 4,
      added: ['Order:list', 'Order:create', 'Order:get', 'Order:cancel'].map((operation) => ({ operation })),
      removed: [],
      touched: [{ kind: 'user', name: 'clerk', statement: 1, pattern: 'Order:*', added: { count: 4 } }],
      isPart: false,
    });
    expect(await names(as)).toEqual([]);
    const ifMatch = String(first.headers.etag);
    const put = (document: object, tag = ifMatch) =>
      call(server, 'PUT', at('catalogues/orders'), {
        as,
        body: { ...file(document), host: 'Api.Example.com', unknown: 'signed in' },
        headers: { 'if-match': tag },
      });
    expect((await put(orders)).status).toBe(204);
    expect(await names(as)).toEqual(['Order:list', 'Order:create', 'Order:get', 'Order:cancel']);
    // What was previewed is no longer what is there.
    expect((await put(changed)).body.code).toBe('COM0412');
    const next = await send('POST', 'catalogues/orders/preview', { file: dump(changed) });
    expect(next.body).toMatchObject({
      added: [{ operation: 'Order:refund' }],
      removed: [{ operation: 'Order:cancel' }],
      renamed: [{ from: 'Order:create', to: 'Order:place' }],
      moved: [{ operation: 'Order:get' }],
      touched: [{ name: 'clerk', removed: { count: 2 }, added: { count: 2 }, moved: { count: 1 } }],
    });
    expect((await put(changed, String(next.headers.etag))).status).toBe(204);
    const all = (await call(second, 'GET', at('operations'), { as })).body as unknown as object[];
    const place = { method: 'POST', path: '/orders', summary: 'place.' };
    expect(all).toContainEqual({ operation: 'Order:place', ...place });
    const refund = { method: 'POST', path: '/refunds', summary: 'refund.', queryParameters: ['dry-run'] };
    expect(all).toContainEqual({ operation: 'Order:refund', ...refund });
    const listed = await send('GET', 'catalogues');
    expect(listed.body).toEqual([
      {
        name: 'orders',
        owner: 'operator',
        host: 'api.example.com',
        unknown: 'signed in',
        operations: 4,
        hidden: 0,
        importedAt: server.clock.now,
      },
    ]);
    const exported = await send('GET', 'catalogues/orders');
    expect(readDescription(JSON.stringify(exported.body)).operations).toEqual(
      readDescription(JSON.stringify(changed)).operations,
    );
    const same = { ...file(exported.body), host: 'API.example.com', unknown: 'signed in' };
    const again = await send('POST', 'catalogues/orders/preview', same);
    const none = { added: [], removed: [], renamed: [], moved: [], touched: [] };
    expect(again.body).toEqual({ problems: [], operations: 4, shortened: 0, ...none, isPart: false });
    const removing = await send('POST', 'catalogues/orders/preview', {});
    expect(removing.body).toMatchObject({ touched: [{ name: 'clerk', removed: { count: 4 } }] });
    expect((await send('DELETE', 'catalogues/orders')).status).toBe(204);
    expect((await send('DELETE', 'catalogues/orders')).status).toBe(404);
    expect((await send('POST', 'catalogues/orders/preview', {})).status).toBe(404);
    expect(await names(as)).toEqual([]);
    const records = await server.ctx.db
      .selectFrom('audit_log')
      .select(['api_kind', 'actor', 'target', 'outcome'])
      .where('operator_id', '=', root.operatorId)
      .where('target', '=', 'catalogue:orders')
      .where('outcome', '=', 'success')
      .orderBy('sequence')
      .execute();
    const by = { actor: 'root', target: 'catalogue:orders', outcome: 'success' };
    expect(records).toEqual([
      { api_kind: 'Catalogue:importCatalogue', ...by },
      { api_kind: 'Catalogue:importCatalogue', ...by },
      { api_kind: 'Catalogue:deleteCatalogue', ...by },
    ]);
  });

  it("are no SAM user's to change, whatever it may, nor another operator's to see", async () => {
    const other = await newRoot(server);
    const foreign = await signIn(server, other);
    expect((await send('PUT', 'catalogues/mine', file(orders))).status).toBe(204);
    const all = await signInSam(server, await newSam(server, root, as, 'all', allow(['*'])));
    const none = await signInSam(server, await newSam(server, root, as, 'none'));
    for (const [method, rest, body] of [
      ['GET', 'catalogues', undefined],
      ['GET', 'catalogues/mine', undefined],
      ['POST', 'catalogues/mine/preview', file(changed)],
      ['PUT', 'catalogues/mine', file(changed)],
      ['DELETE', 'catalogues/mine', undefined],
    ] as const) {
      const refused = await send(method, rest, body, all);
      expect([rest, refused.status, refused.body.code]).toEqual([rest, 403, 'AUM0016']);
      expect([rest, (await send(method, rest, body, foreign)).status]).toEqual([rest, 404]);
    }
    expect(await names(all)).toHaveLength(4);
    expect(await names(none)).toBe(403);
    expect(await names(foreign, other)).toEqual([]);
    expect((await call(server, 'GET', at('catalogues', other), { as: foreign })).body).toEqual([]);
    server.clock.now += 16 * 60_000;
    expect((await send('PUT', 'catalogues/mine', file(changed))).body.code).toBe('MFA0004');
    as = await signIn(server, root);
    await send('DELETE', 'catalogues/mine');
  });

  it('of the host are seen by all, and take precedence', async () => {
    await send('PUT', 'catalogues/mine', file(orders));
    const operations = readDescription(
      JSON.stringify({ ...orders, paths: { '/other': { get: operation('list') } } }),
    ).operations;
    const imported = { operatorId: ofHost, name: 'ours', host: undefined, unknown: 'deny', operations } as const;
    await saveCatalogue(byHost(server, 'catalogue import'), imported);
    expect((await send('GET', 'catalogues')).body).toMatchObject([
      { name: 'ours', owner: 'host', operations: 1, hidden: 0 },
      { name: 'mine', owner: 'operator', operations: 4, hidden: 1 },
    ]);
    const listed = (await send('GET', 'operations')).body as unknown as { operation: string; path: string }[];
    expect(listed.filter((one) => one.operation === 'Order:list').map(({ path }) => path)).toEqual(['/other']);
    const { body } = await send('POST', 'catalogues/more/preview', file(orders));
    expect(body.problems).toContain(
      'Order:list is an operation of the catalogue ours already; give this one another name by x-permission',
    );
    await send('DELETE', 'catalogues/mine');
    expect((await send('DELETE', 'catalogues/ours')).status).toBe(404);
  });

  it('of the host are imported from a file with the same checks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warifu-catalogue-'));
    const path = join(folder, 'orders.json');
    await writeFile(path, `\ufeff${JSON.stringify(orders)}`);
    const read = (host: string, more: object = {}) =>
      importFile(server.ctx, hostInfo('catalogue import'), {
        file: path,
        name: 'ours',
        host,
        unknown: 'deny',
        json: true,
        ...more,
      });
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await expect(read('https://bad host/')).rejects.toThrow('--host https://bad host/ is no host name');
      expect(await read('Api.Example.com:443')).toBe(0);
      const [kept] = await readCatalogues(server.ctx.db, ofHost);
      expect(kept).toMatchObject({ name: 'ours', host: 'api.example.com', operations: { length: 4 } });
      // What would be refused is refused when it is only tried.
      await expect(read('', { name: 'twice', dryRun: true })).rejects.toThrow(/of the catalogue ours already/);
      await writeFile(path, '{"openapi":"3.0.0","paths":{"/d":{"get":{}},"/d":{"delete":{}}}}');
      await expect(read('')).rejects.toThrow(/cannot be taken:\nThe key \/d is there twice/);
      expect(await readCatalogues(server.ctx.db, ofHost)).toEqual([kept]);
    } finally {
      printed.mockRestore();
      await rm(folder, { recursive: true });
      await removeCatalogue(byHost(server, 'catalogue import'), { operatorId: ofHost, name: 'ours' });
    }
  });

  it('SECURITY: have what requests call, however a file writes it', async () => {
    const get = (operationId: string) => ({ get: { tags: ['Cafe'], operationId } });
    const document = {
      openapi: '3.1.0',
      servers: [{ url: 'https://s.example.com/caf%C3%A9' }],
      paths: {
        '/secret': get('secret'),
        '/a%20b': get('space'),
        '/100%25': get('percent'),
        '/注文/{id}': get('order'),
        '/r/{id}': { $ref: '#/components/pathItems/r', delete: { tags: ['Cafe'], operationId: 'destroy' } },
        '/m': { servers: [{ url: '/admin' }], ...get('admin') },
      },
      components: { pathItems: { r: get('read') } },
    };
    const operations = readDescription(JSON.stringify(document)).operations;
    const by = byHost(server, 'catalogue import');
    const which = { operatorId: ofHost, name: 'cafe' };
    await saveCatalogue(by, { ...which, host: 's.example.com', unknown: 'signed in', operations });
    const gateKey = await newGateKey(server, 'cafe');
    const credential = await signInSam(server, await newSam(server, root, as, 'hana'));
    // Attack: with what is said of unknown calls, each of these would be open to everybody signed in.
    for (const [httpMethod, requestPath, api] of [
      ['GET', '/caf%C3%A9/secret', 'Cafe:secret'],
      ['GET', '/caf%C3%A9/a%20b', 'Cafe:space'],
      ['GET', '/caf%C3%A9/100%25', 'Cafe:percent'],
      ['GET', '/caf%C3%A9/%E6%B3%A8%E6%96%87/7', 'Cafe:order'],
      ['DELETE', '/caf%C3%A9/r/7', 'Cafe:destroy'],
      ['GET', '/caf%C3%A9/r/7', 'Cafe:read'],
      ['GET', '/admin/m', 'Cafe:admin'],
      // To some programs a literal, to others not.
      ['GET', '/caf%c3%a9/s%65cret', undefined],
    ]) {
      const { body } = await call(server, 'POST', '/v1/authz/check', {
        body: { credential, questions: [{ host: 's.example.com', httpMethod, requestPath }] },
        headers: { authorization: `Bearer ${gateKey}` },
      });
      const refused = api
        ? { decision: 'deny', settledBy: 'permission', api }
        : { decision: 'deny', settledBy: 'catalogue' };
      expect([requestPath, (body.answers as object[])[0]]).toEqual([requestPath, expect.objectContaining(refused)]);
    }
    await removeCatalogue(by, which);
  });

  it('are refused with reasons, in the language of the request', async () => {
    const preview = (text: string, language = 'en') =>
      call(server, 'POST', at('catalogues/bad/preview'), {
        as,
        body: { file: text },
        headers: { 'x-soracom-lang': language },
      });
    const twice = { openapi: '3.0.0', paths: { '/a//b': { get: {} }, '/c': { get: { operationId: 'x' } } } };
    expect((await preview(JSON.stringify(twice))).body).toMatchObject({
      problems: ['/a//b: such a path matches no request as it is'],
      operations: 0,
      added: [],
    });
    const ja = await preview(JSON.stringify(twice), 'ja');
    expect(ja.body.problems).toEqual(['/a//b: このままのパスに一致するリクエストはありません。']);
    const refused = await send('PUT', 'catalogues/bad', file(twice));
    expect([refused.status, refused.body.code, refused.body.field]).toEqual([400, 'COM0001', 'file']);
    const host = await send('PUT', 'catalogues/bad', { ...file(orders), host: 'https://api.example.com/x' });
    expect([host.status, host.body.field]).toEqual([400, 'host']);
    const name = await send('PUT', 'catalogues/so%20bad', file(orders));
    expect(name.status).toBe(400);
  });

  it('A hostile file is refused by what is counted, while other requests go on', async () => {
    const deep = `openapi: 3.1.0\npaths: ${'['.repeat(1_000_000)}`;
    const aliases = Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join('\n');
    const bomb = `openapi: 3.1.0\na0: &a0 x\n${aliases}\npaths: *a40`;
    const wide = Array.from({ length: 3000 }, (_, at) => `  k${at}: 1`).join('\n');
    const merged = `b: &b\n${wide}\n${Array.from({ length: 3000 }, (_, at) => `m${at}: { <<: *b }`).join('\n')}`;
    const proto = JSON.stringify({ openapi: '3.1.0', paths: { '/x/{__proto__}': { get: {} } } });
    const long = `openapi: 3.1.0\npaths:\n  ? "/${'x'.repeat(1_000_000)}"\n  : { get: {} }`;
    const large = `openapi: 3.1.0\n#${'x'.repeat(10 * 1024 * 1024)}`;
    const files = [deep, bomb, merged, proto, long, large];
    let [answered, done] = [0, false];
    const others = (async () => {
      while (!done) {
        if ((await call(server, 'GET', '/v1/setup')).status === 200) answered++;
        await setTimeout(20);
      }
    })();
    for (const text of files) {
      const { status, body } = await send('POST', 'catalogues/hostile/preview', { file: text });
      expect([text.slice(0, 60), status, body.operations]).toEqual([text.slice(0, 60), 200, 0]);
      expect(body.problems).toHaveLength(1);
    }
    done = true;
    await others;
    expect(answered).toBeGreaterThan(files.length);
  });

  it('Many files at once wait for each other, and more are refused', async () => {
    // More than come while the first ones are read, however slowly they come.
    const many = await Promise.all(
      Array.from({ length: 32 }, () => send('POST', 'catalogues/many/preview', file(orders))),
    );
    const statuses = many.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
  });

  it('A file is not even read without the root session', async () => {
    const large = { file: 'x'.repeat(1024 * 1024) };
    const path = at('catalogues/large/preview');
    expect((await call(server, 'POST', path, { body: large })).status).toBe(401);
    expect((await call(server, 'POST', path, { as, body: large })).status).toBe(200);
    // Cut off in the middle: whoever is refused is not waited for.
    const answer = await server.app.inject({
      method: 'POST',
      url: path,
      headers: {
        host: 'localhost:8787',
        'content-type': 'application/json',
        'content-length': String(20 * 1024 * 1024),
      },
      payload: '{"file":"',
    });
    expect(answer.statusCode).toBe(401);
  });
});
