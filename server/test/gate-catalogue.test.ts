import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { causeOf } from '../src/change/cause.ts';
import { permissionsNaming, removeCatalogue, saveCatalogue } from '../src/gate/catalogue/catalogues.ts';
import { readDescription } from '../src/gate/catalogue/description.ts';
import { createGateKey } from '../src/gate/keys.ts';
import { type Credentials, call } from './support/client.ts';
import { canaries, newRoot, signIn } from './support/people.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const info = {
  requestId: '',
  sourceIp: '',
  userAgent: 'host:tester',
  method: '',
  path: '',
  apiKind: 'Host:gate-key create',
  language: 'en' as const,
};

describe.each(engines)('asking the gate by method and path, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let key: string;

  beforeAll(async () => {
    server = await startTestServer(engine);
    second = await joinTestServer(server);
    key = await newKey('orders', undefined);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });

  async function newKey(name: string, operatorId: string | undefined): Promise<string> {
    const { gateKey } = await createGateKey(causeOf(server.ctx, info, 'host:tester'), name, operatorId);
    canaries.add(gateKey);
    return gateKey;
  }

  async function ask(credential: object, questions: object[], { at = server, by = key } = {}) {
    const headers = { authorization: `Bearer ${by}` };
    return await call(at, 'POST', '/v1/authz/check', { body: { credential, questions }, headers });
  }

  const orders = { api: 'Orders:list', httpMethod: 'GET', requestPath: '/orders' };

  it('finds the operation of a request in the catalogues of the host', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const permission = allow(['Shop:show*', 'Stock:*'], "pathVariable('id') == '田 7'");
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', permission));
    const describe = (paths: object) => readDescription(JSON.stringify({ openapi: '3.0.0', paths }));
    const save = (name: string, host: string | undefined, unknown: 'deny' | 'signed in', paths: object) =>
      saveCatalogue(causeOf(server.ctx, info, 'host:tester'), { name, host, unknown, operations: describe(paths) });
    const item = (tag: string, operationId: string) => ({ get: { tags: [tag], operationId } });
    await save('shop', 'shop.example.com', 'deny', { '/{id}': item('Shop', 'showItem'), '/new': item('Shop', 'new') });
    await save('stock', 'stock.example.com', 'signed in', { '/{id}': item('Stock', 'showStock') });
    const at = async (host: string, requestPath: string, who: Credentials = hana, httpMethod = 'GET') => {
      const { body } = await ask(who, [{ host, httpMethod, requestPath, pathVariables: { id: '田 7' } }], {
        at: second,
      });
      return (body.answers as object[])[0];
    };
    const shown = { decision: 'allow', settledBy: 'permission', api: 'Shop:showItem' };
    expect(await at('Shop.example.com', '/%E7%94%B0%207')).toMatchObject(shown);
    // What the path says counts, not what the program adds to it.
    const refused = {
      decision: 'deny',
      settledBy: 'permission',
      api: 'Shop:showItem',
      missingPermission: 'Shop:showItem',
    };
    expect(await at('shop.example.com', '/8')).toEqual(refused);
    expect(await at('shop.example.com', '/new')).toMatchObject({ decision: 'deny', api: 'Shop:new' });
    expect(await at('stock.example.com', '/%E7%94%B0%207')).toMatchObject({
      decision: 'allow',
      api: 'Stock:showStock',
    });
    const none = { decision: 'deny', settledBy: 'catalogue' };
    for (const [host, path, method] of [
      ['shop.example.com', '/a/b', 'GET'],
      ['shop.example.com', '/8', 'PUT'],
      ['other.example.com', '/8', 'GET'],
      ['', '/8', 'GET'],
    ] as const) {
      expect([host, path, await at(host, path, hana, method)]).toEqual([host, path, none]);
      // Nobody may do what nobody described.
      expect(await at(host, path, as, method)).toEqual(none);
    }
    expect(await at('stock.example.com', '/a/b')).toEqual({ decision: 'allow', settledBy: 'access' });
    // What the program behind may take for a described path is not let by as another one.
    for (const path of ['/7/', '//7', '/a/../7', '/a/..%2f7', '/a;b/7', '/a/%252e%252e/7', '/a/b\\c']) {
      expect([path, await at('stock.example.com', path)]).toEqual([path, none]);
    }
    expect(await at('stock.example.com', '/7', hana, 'HEAD')).toMatchObject({
      decision: 'deny',
      api: 'Stock:showStock',
    });
    expect(await at('stock.example.com:8443', '/%E7%94%B0%207')).toMatchObject({ api: 'Stock:showStock' });
    // Another catalogue may not speak of the same operations or requests.
    await expect(save('third', undefined, 'deny', { '/{name}': item('Third', 'one') })).rejects.toThrow(/taken by/);
    await expect(save('third', 'x.example.com', 'deny', { '/': item('Stock', 'showStock') })).rejects.toThrow(
      /already/,
    );
    await save('shop', 'shop.example.com', 'deny', { '/other/{id}': item('Shop', 'showItem') });
    expect(await at('shop.example.com', '/%E7%94%B0%207')).toEqual(none);
    expect(await at('shop.example.com', '/other/%E7%94%B0%207')).toMatchObject(shown);
    expect(await permissionsNaming(server.ctx.db, 'Shop:new')).toEqual([]);
    const named = allow(['Shop:new']);
    await newSam(server, root, as, 'named', named);
    expect(await permissionsNaming(server.ctx.db, 'Shop:new')).toEqual([`${root.operatorId} user named`]);
    for (const name of ['shop', 'stock']) await removeCatalogue(causeOf(server.ctx, info, 'host:tester'), name);
    expect(await at('shop.example.com', '/other/7')).toEqual(none);
    const incomplete = await ask(hana, [orders, { httpMethod: 'GET' }]);
    expect([incomplete.status, incomplete.body.field]).toEqual([400, 'questions.1.api']);
  });
});
