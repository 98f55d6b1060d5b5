import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofHost } from '../src/authorize/imported.ts';
import { changesOf, removeCatalogue, saveCatalogue } from '../src/gate/catalogue/catalogues.ts';
import { readDescription } from '../src/gate/catalogue/description.ts';
import { touchedBy } from '../src/gate/catalogue/touched.ts';
import { type Credentials, call } from './support/client.ts';
import { byHost, newGateKey } from './support/host.ts';
import { newRoot, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const item = (tag: string, operationId: string) => ({ get: { tags: [tag], operationId } });
const describing = (paths: object) => readDescription(JSON.stringify({ openapi: '3.0.0', paths })).operations;

describe.each(engines)('asking the gate by method and path, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let key: string;

  beforeAll(async () => {
    server = await startTestServer(engine);
    second = await joinTestServer(server);
    key = await newGateKey(server, 'orders');
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });

  const host = () => byHost(server, 'gate-key create');

  async function ask(credential: object, questions: object[], { at = server, by = key } = {}) {
    const headers = { authorization: `Bearer ${by}` };
    return await call(at, 'POST', '/v1/authz/check', { body: { credential, questions }, headers });
  }

  type Given = { name: string; at?: string; unknown?: 'deny' | 'signed in'; operatorId?: string };
  const save = ({ name, at, unknown = 'deny', operatorId = ofHost }: Given, paths: object) =>
    saveCatalogue(host(), { operatorId, name, host: at, unknown, operations: describing(paths) });
  const remove = (name: string, operatorId = ofHost) => removeCatalogue(host(), { operatorId, name });

  const orders = { api: 'Orders:list', httpMethod: 'GET', requestPath: '/orders' };

  it('SECURITY: conditions see the path of the operation with its values, however it was spelt or asked about', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const condition = "requestPath == '/menus/café/OP1' and httpMethod == 'GET'";
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', allow(['Menu:show'], condition)));
    // Its `operator_id` is none of this server's.
    await save({ name: 'menus', at: 'menus.example.com' }, { '/menus/{name}/{operator_id}': item('Menu', 'show') });
    const found = { host: 'menus.example.com', httpMethod: 'GET' };
    const pathVariables = { name: 'café', operator_id: 'OP1' };
    const questions = [
      { ...found, requestPath: '/menus/caf%C3%A9/OP1' },
      { ...found, requestPath: '/menus/caf%c3%a9/OP1' },
      { ...found, requestPath: '/menus/cafe%CC%81/OP1' },
      { api: 'Menu:show', pathVariables },
      { ...found, requestPath: '/menus/caf%C3%A9/OP2' },
      { api: 'Menu:show', pathVariables: { ...pathVariables, operator_id: 'OP2' } },
      { api: 'Menu:show', pathVariables, httpMethod: 'DELETE' },
      // What the program says of what it serves goes before.
      { api: 'Menu:show', pathVariables, requestPath: '/elsewhere' },
    ];
    const { body } = await ask(hana, questions);
    const decisions = (body.answers as { decision: string; settledBy: string }[]).map((one) => [
      one.decision,
      one.settledBy,
    ]);
    const [allowed, denied] = [
      ['allow', 'permission'],
      ['deny', 'permission'],
    ];
    expect(decisions).toEqual([allowed, allowed, allowed, allowed, denied, denied, denied, denied]);
    await remove('menus');
  });

  it('finds the operation of a request in the catalogues of the host', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const permission = allow(['Shop:show*', 'Stock:*'], "pathVariable('id') == '田 7'");
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', permission));
    await save(
      { name: 'shop', at: 'shop.example.com' },
      { '/{id}': item('Shop', 'showItem'), '/new': item('Shop', 'new') },
    );
    await save(
      { name: 'stock', at: 'stock.example.com', unknown: 'signed in' },
      { '/{id}': item('Stock', 'showStock') },
    );
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
    await expect(save({ name: 'third' }, { '/{name}': item('Third', 'one') })).rejects.toThrow(/taken by/);
    await expect(save({ name: 'third', at: 'x.example.com' }, { '/': item('Stock', 'showStock') })).rejects.toThrow(
      /already/,
    );
    await save({ name: 'shop', at: 'shop.example.com' }, { '/other/{id}': item('Shop', 'showItem') });
    expect(await at('shop.example.com', '/%E7%94%B0%207')).toEqual(none);
    expect(await at('shop.example.com', '/other/%E7%94%B0%207')).toMatchObject(shown);
    for (const name of ['shop', 'stock']) await remove(name);
    expect(await at('shop.example.com', '/other/7')).toEqual(none);
    for (const httpMethod of ['get', 'Get', ' GET', '']) {
      const { status, body } = await ask(hana, [{ host: 'stock.example.com', httpMethod, requestPath: '/a/b' }]);
      expect([httpMethod, status, body.field]).toEqual([httpMethod, 400, 'questions.0.httpMethod']);
    }
    const incomplete = await ask(hana, [orders, { httpMethod: 'GET' }]);
    expect([incomplete.status, incomplete.body.field]).toEqual([400, 'questions.1.api']);
  });

  it('SECURITY: looks for the more literal operation in all catalogues of a host', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', allow(['Order:*'])));
    const at = 'one.example.com';
    await save({ name: 'a', at }, { '/orders/{id}': item('Order', 'get') });
    await save({ name: 'b', at }, { '/orders/export': item('Admin', 'exportAll') });
    const found = async (host: string, requestPath: string) => {
      const { body } = await ask(hana, [{ host, httpMethod: 'GET', requestPath }]);
      return (body.answers as { decision: string; api?: string }[]).map(({ decision, api }) => [decision, api]);
    };
    expect(await found(at, '/orders/7')).toEqual([['allow', 'Order:get']]);
    expect(await found(at, '/orders/export')).toEqual([['deny', 'Admin:exportAll']]);
    for (const path of ['/orders/EXPORT', '/orders/%65xport']) {
      expect([path, await found(at, path)]).toEqual([path, [['deny', undefined]]]);
    }
    // A host without a port is meant at every port, so both may describe the same request.
    const other = save({ name: 'c', at: `${at}:8443` }, { '/orders/{name}': item('Other', 'get') });
    await expect(other).rejects.toThrow(/taken by the catalogue a/);
    await save({ name: 'c', at: `${at}:8443` }, { '/orders/new': item('Other', 'form') });
    expect(await found(`${at}:8443`, '/orders/new')).toEqual([['deny', 'Other:form']]);
    expect(await found(at, '/orders/new')).toEqual([['allow', 'Order:get']]);
    for (const name of ['a', 'b', 'c']) await remove(name);
  });

  it("looks at an operator's own catalogues for its own programs, where the host has none", async () => {
    const [mine, theirs] = [await newRoot(server), await newRoot(server)];
    const [as, foreign] = [await signIn(server, mine), await signIn(server, theirs)];
    const { operatorId } = mine;
    const by = await newGateKey(server, 'mine', operatorId);
    const answer = async (who: Credentials, with_: string, host: string, requestPath: string) => {
      const { body } = await ask(who, [{ host, httpMethod: 'GET', requestPath }], { at: second, by: with_ });
      return (body.answers as object[])[0];
    };
    const none = { decision: 'deny', settledBy: 'catalogue' };
    await save({ name: 'own', operatorId }, { '/mine/{id}': item('Own', 'show') });
    const found = { decision: 'allow', settledBy: 'access', api: 'Own:show' };
    expect(await answer(as, by, 'a.example.com', '/mine/7')).toEqual(found);
    // A program of the host asks about all operators: none of them may tell it what a request means.
    expect(await answer(as, key, 'a.example.com', '/mine/7')).toEqual(none);
    expect(await answer(foreign, key, 'a.example.com', '/mine/7')).toEqual(none);
    // Attack: a root user opens to itself what the host described as all that there is.
    await save({ name: 'host', at: 'a.example.com' }, { '/public': item('Host', 'read') });
    expect(await answer(as, by, 'a.example.com', '/mine/7')).toEqual(none);
    expect(await answer(as, by, 'b.example.com', '/mine/7')).toEqual(found);
    // Attack: it takes the host's name for an operation of its own; the later one of the host counts as well.
    await expect(save({ name: 'trap', operatorId }, { '/trap': item('Host', 'read') })).rejects.toThrow(/already/);
    await save({ name: 'host', at: 'a.example.com' }, { '/public': item('Own', 'show') });
    expect(await answer(as, by, 'b.example.com', '/mine/7')).toEqual(none);
    await remove('host');
    expect(await answer(as, by, 'b.example.com', '/mine/7')).toEqual(found);
    // Attack: what is hidden so is opened by a less literal operation, or as one that nobody described.
    const mineAsWell = { '/mine/{id}': item('Own', 'get'), '/mine/export': item('Own', 'show') };
    for (const paths of [mineAsWell, { '/mine/export': item('Own', 'show') }]) {
      await save({ name: 'own', operatorId, unknown: 'signed in' }, paths);
      expect(await answer(as, by, 'b.example.com', '/mine/export')).toEqual(found);
      await save({ name: 'host', at: 'a.example.com' }, { '/public': item('Own', 'show') });
      expect(await answer(as, by, 'b.example.com', '/mine/export')).toEqual(none);
      expect(await answer(as, by, 'b.example.com', '/mine/EXPORT')).toEqual(none);
      await remove('host');
    }
    await remove('own', operatorId);
    expect(await answer(as, by, 'b.example.com', '/mine/7')).toEqual(none);
  });

  it('is bounded by what all catalogues of an operator have together', async () => {
    const { operatorId } = await newRoot(server);
    const many = (tag: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`/${tag}/${at}`, item(tag, `get${at}`)]));
    await save({ name: 'a', operatorId }, many('A', 4999));
    await expect(save({ name: 'b', operatorId }, many('B', 2))).rejects.toThrow(/at most 5000 operations/);
    await save({ name: 'a', operatorId }, many('A', 1));
    for (let at = 0; at < 9; at++) await save({ name: `n${at}`, operatorId }, many(`N${at}`, 1));
    await expect(save({ name: 'more', operatorId }, many('M', 1))).rejects.toThrow(/10 catalogues/);
  });

  it('knows whose permissions an import touches, by wildcards too', async () => {
    const root = await newRoot(server);
    const other = await newRoot(server);
    const as = await signIn(server, root);
    const { operatorId } = root;
    const text = JSON.stringify({
      statements: [
        { effect: 'allow', api: ['Order:get*', 'User:getUser'] },
        { effect: 'deny', api: 'Order:delete' },
      ],
    });
    await newSam(server, root, as, 'hana', text);
    await newSam(server, root, as, 'plain', allow(['User:*']));
    await call(server, 'POST', `/v1/operators/${operatorId}/roles/clerk`, {
      as,
      body: { permission: allow(['*:move*']) },
    });
    await call(server, 'PUT', `/v1/operators/${operatorId}/users/default_permissions`, {
      as,
      body: { permissions: allow(['Order:new']) },
    });
    await newSam(server, other, await signIn(server, other), 'stranger', allow(['Order:*']));
    const before = describing({
      '/a': item('Order', 'getA'),
      '/b': item('Order', 'getB'),
      '/d': item('Order', 'delete'),
      '/m': item('Order', 'moveIt'),
    });
    const after = describing({
      '/a': item('Order', 'getA'),
      '/b': item('Order', 'readB'),
      '/n': item('Order', 'new'),
      '/z': item('Order', 'moveIt'),
    });
    const version = (operations: typeof before) => ({ host: undefined, unknown: 'deny' as const, operations });
    const changes = changesOf(version(before), version(after));
    expect(changes).toEqual({
      added: [{ operation: 'Order:new', method: 'GET', path: '/n' }],
      removed: [{ operation: 'Order:delete', method: 'GET', path: '/d' }],
      renamed: [{ from: 'Order:getB', to: 'Order:readB', method: 'GET', path: '/b' }],
      moved: [{ operation: 'Order:moveIt', from: { method: 'GET', path: '/m' }, to: { method: 'GET', path: '/z' } }],
    });
    const { touched, isPart } = await touchedBy(server.ctx.db, operatorId, changes);
    expect(isPart).toBe(false);
    const brief = touched.map(({ kind, name, statement, effect, pattern, ...of }) => [
      `${kind} ${name}`.trim(),
      `${statement} ${effect} ${pattern}`,
      ...(['removed', 'added', 'moved'] as const).flatMap((what) => of[what].first.map((one) => `${what} ${one}`)),
    ]);
    expect(brief).toEqual([
      ['default', '1 allow Order:new', 'added Order:new'],
      ['role clerk', '1 allow *:move*', 'moved Order:moveIt'],
      ['user hana', '1 allow Order:get*', 'removed Order:getB'],
      ['user hana', '2 deny Order:delete', 'removed Order:delete'],
    ]);
    const all = await touchedBy(server.ctx.db, ofHost, changes);
    expect(all.touched.map(({ name }) => name)).toEqual(expect.arrayContaining(['hana', 'stranger']));
  });

  it('is known to findings, who-can and explanations of its operators, and to no other', async () => {
    const [mine, theirs] = [await newRoot(server), await newRoot(server)];
    const [as, foreign] = [await signIn(server, mine), await signIn(server, theirs)];
    const permission = allow(['Parcel:*'], "pathVariable('parcel-id') == 'p1'");
    for (const [root, by] of [
      [mine, as],
      [theirs, foreign],
    ] as const) {
      await newSam(server, root, by, 'hana');
    }
    const put = (root: typeof mine, by: Credentials, text = permission) =>
      call(server, 'PUT', `${userPath(root, 'hana')}/permission`, { as: by, body: { permission: text } });
    const whoCan = (root: typeof mine, by: Credentials) =>
      call(server, 'GET', `/v1/operators/${root.operatorId}/permissions/who_can?api=Parcel:show`, { as: by });
    await save({ name: 'parcels', operatorId: mine.operatorId }, { '/p/{parcel-id}': item('Parcel', 'show') });
    expect((await put(mine, as)).headers['warifu-findings']).toBeUndefined();
    expect((await put(theirs, foreign)).headers['warifu-findings']).toContain('LINT_NO_MATCH');
    const typed = (condition: string) => put(mine, as, allow(['Parcel:show'], condition));
    expect((await typed("pathVariable('id') == 'p1'")).headers['warifu-findings']).toContain('LINT_PATH_VARIABLE');
    const misspelled = await put(mine, as, allow(['parcel:show']));
    expect([misspelled.status, misspelled.body.code]).toEqual([400, 'AUM0030']);
    await put(mine, as);
    const can = await whoCan(mine, as);
    expect(can.body).toMatchObject([{ kind: 'root' }, { userName: 'hana', allowed: 'sometimes' }]);
    expect((await whoCan(theirs, foreign)).status).toBe(400);
    const explained = await call(server, 'POST', `/v1/operators/${mine.operatorId}/permissions/explain`, {
      as,
      body: { userName: 'hana', api: 'Parcel:show', pathVariables: { 'parcel-id': 'p1' } },
    });
    expect(explained.body).toMatchObject({ access: 'permission', decision: 'allow' });
    const byPath = allow(['Parcel:show'], "requestPath == '/p/p1' and httpMethod == 'GET'");
    const draft = await call(server, 'POST', `/v1/operators/${mine.operatorId}/permissions/explain`, {
      as,
      body: { userName: 'hana', api: 'Parcel:show', pathVariables: { 'parcel-id': 'p1' }, draft: byPath },
    });
    expect(draft.body).toMatchObject({ decision: 'allow' });
    // Of the host everybody's, at once and on every server.
    await save({ name: 'cars' }, { '/cars/{operator_id}': item('Car', 'drive') });
    for (const [root, by] of [
      [mine, as],
      [theirs, foreign],
    ] as const) {
      const cars = allow(['Car:*'], "pathVariable('operator_id') == 'x'");
      expect((await put(root, by, cars)).headers['warifu-findings']).toBeUndefined();
      const path = `/v1/operators/${root.operatorId}/permissions/who_can?api=Car:drive`;
      expect((await call(second, 'GET', path, { as: by })).body).toMatchObject([
        { kind: 'root' },
        { userName: 'hana', allowed: 'sometimes' },
      ]);
    }
    await remove('cars');
    await remove('parcels', mine.operatorId);
    expect((await whoCan(mine, as)).status).toBe(400);
  });
});
