import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSpeltAs, spellingsOfExpress, spellingsOfFastify } from '../src/gate/route.ts';
import { type App, spelled } from './apps/app.ts';
import { frameworks } from './support/frameworks.ts';
import { get } from './support/raw.ts';
import { importCatalogue, signedInRoot, startWarifu, type Warifu } from './support/warifu.ts';

let warifu: Warifu;
/** Of a root user, who may call everything: whatever is asked about is let by. */
let headers: Record<string, string>;

beforeAll(async () => {
  warifu = await startWarifu();
  const paths = Object.entries(spelled).map(([path, operationId]) => [path, { get: { tags: ['T'], operationId } }]);
  await importCatalogue(warifu, 'signed in', Object.fromEntries(paths));
  headers = { authorization: `Bearer ${(await signedInRoot(warifu)).credential.token}` };
});
afterAll(() => warifu.stop());

describe.each(frameworks)('the catalogue guard of %s', (_, start) => {
  let app: App;
  beforeAll(async () => {
    const gate = { url: warifu.url, gateKey: await warifu.newGateKey(), timeout: 60_000 };
    app = await start(gate, { url: warifu.url, audience: 'orders.example.com' });
  });
  afterAll(() => app.stop());

  it.each([
    ['/files/x.json', 'exportFile'],
    ['/files/X.json', 'exportFile'],
    ['/files/r-x', 'readReport'],
    ['/files/r-%E7%94%B0%20x', 'readReport'],
    ['/files/x', 'readFile'],
    ['/files/a%40example.com', 'readFile'],
    ['/files/%e7%94%b0', 'readFile'],
    ['/files/constructor', 'readFile'],
    ['/keys/5:destroy', 'destroyKey'],
    ['/keys/5', 'readKey'],
    ['/tree/x/export', 'exportTree'],
    ['/tree/x/y', 'readTree'],
    ['/teams/a/x.csv', 'exportMember'],
    ['/teams/a/x', 'readMember'],
  ])('lets %s by', async (target, operation) => {
    const { status, body } = await get(app.port, target, headers);
    expect([status, body]).toEqual([200, { handler: operation, asked: `T:${operation}` }]);
  });

  // Each router takes some of these for another route than the catalogue does, or would if it were let.
  it.each([
    '/files/x.JSON',
    '/files/x.jsoN?a=.json',
    '/files/x%2Ejson',
    '/files/x%2ejson',
    '/files/x.%6Ason',
    '/files/x.json/',
    '/files/x/',
    '/files//x.json',
    '/FILES/x.json',
    '/%66iles/x.json',
    '/files/R-x',
    '/files/%72-x',
    '/files/r%2Dx',
    '/keys/5:DESTROY',
    '/keys/5:Destroy/',
    '/KEYS/5',
    '/tree/x/EXPORT',
    '/tree/x/export/',
    '/tree/x/y/',
    '/Tree/x/y',
    '/teams/a/x.CSV',
    '/TEAMS/a/x.csv',
    '/teams/a/x/',
    '/teams//x.csv',
    '/old/x.json',
    '/keys/5%3Adestroy',
    '/keys/5%3adestroy',
    '/files/%28x%29',
    '/files/%40me',
  ])('runs no other handler for %s than it asked about', async (target) => {
    const { status, body } = await get(app.port, target, headers);
    const right = status === 200 ? body.asked === `T:${String(body.handler)}` : [400, 403, 404].includes(status);
    expect([status, body, right]).toEqual([status, body, true]);
  });

  it('says of a spelling that the router is lenient about that it cannot be told', async () => {
    const { status, body } = await get(app.port, '/files/x/', headers);
    expect([status, body.code]).toEqual([400, 'COM0001']);
  });
});

const express: [string, Record<string, string>, string[], string[]][] = [
  ['/a/:id', { id: 'x y' }, ['/a/x%20y'], ['/A/x%20y', '/a/x%20y/', '/a//x%20y', '/a/x%20', '/a/x%20yz']],
  ['/a/:id.:type', { id: '7', type: 'b.c' }, ['/a/7.b.c'], ['/a/7.b', '/a/7%2Eb.c']],
  ['/:"the \\"id\\"".x', { 'the "id"': '7' }, ['/7.x'], ['/7.X']],
  ['/a\\:b\\{\\}/:id', { id: '7' }, ['/a:b{}/7'], ['/A:b{}/7', '/a%3Ab{}/7']],
  ['/a{/:id}{.json}', { id: '7' }, ['/a/7', '/a/7.json'], ['/a/7.JSON', '/a/8']],
  ['/a{/:id}{.json}', {}, ['/a', '/a.json'], ['/a/7', '/a.JSON']],
  ['/a{/b{/c}}', {}, ['/a', '/a/b', '/a/b/c'], ['/a/c', '/a/b/C']],
  ['/a/*rest/z', { rest: 'b/c d' }, ['/a/b/c%20d/z'], ['/a/b/c%20d/Z']],
  ['/%E7%94%B0', {}, ['/%E7%94%B0'], ['/%e7%94%b0']],
];
const fastify: typeof express = [
  ['/a/:id', { id: 'x y' }, ['/a/x%20y'], ['/A/x%20y', '/a/x%20y/']],
  ['/a/:x-:y.z', { x: '1', y: '2' }, ['/a/1-2.z'], ['/a/1-2.Z', '/a/1%2D2.z']],
  ['/:id(^(?:\\d|\\()+$)::go', { id: '7' }, ['/7:go'], ['/7:GO', '/7%3Ago', '/7::go']],
  ['/a::b', {}, ['/a:b'], ['/a:B', '/a::b', '/a%3Ab']],
  ['/a/:id?', { id: '7' }, ['/a/7'], ['/A/7', '/a/8']],
  ['/a/:id?', {}, ['/a'], ['/A', '/a/']],
  ['/:id?', {}, ['/'], ['/7']],
  ['/a/*', { '*': 'b/C d' }, ['/a/b/C%20d'], ['/A/b/C%20d']],
  ['/田', {}, ['/%E7%94%B0'], ['/%e7%94%b0']],
];

it.each([
  ...express.map((row) => [spellingsOfExpress, ...row] as const),
  ...fastify.map((row) => [spellingsOfFastify, ...row] as const),
])('reads a route: %o %s', (spellingsOf, route, values, same, others) => {
  const isSame = (path: string) => isSpeltAs(spellingsOf(route), values, path);
  expect([...same, ...others].filter(isSame)).toEqual(same);
});
