import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readDescription } from '../../src/gate/catalogue/description.ts';
import { hostOf } from '../../src/gate/catalogue/host.ts';
import { DescriptionError } from '../../src/gate/catalogue/problem.ts';
import { writtenTemplate } from '../../src/gate/catalogue/template.ts';

const read = (paths: object, more: object = {}) =>
  readDescription(JSON.stringify({ openapi: '3.1.0', ...more, paths })).operations;
const pathsOf = (paths: object, more: object = {}) => read(paths, more).map(({ method, path }) => `${method} ${path}`);
const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    for (const { ja } of error.problems) expect(ja).toMatch(/[ぁ-んァ-ヶ]/);
    return error.problems.map(({ en }) => en);
  }
  return [];
};
/** A control character of a file is shown on no terminal as it is. */
const visible = (path: string) => path.replace('\0', '\\u0000').replace('\x7f', '\\u007f');
const one = { get: {} };
const unreachable = 'such a path matches no request as it is';

describe('what a description says of paths', () => {
  it('is kept as requests have it after they are decoded', () => {
    const servers = [{ url: 'https://s.example.com/caf%C3%A9' }];
    for (const [template, path, more = {}] of [
      ['/secret', '/café/secret', { servers }],
      ['/secret', '/café/secret', { servers: [{ url: 'https://s.example.com/café/' }] }],
      ['/secret', '/café/secret', { openapi: undefined, swagger: '2.0', basePath: '/caf%C3%A9' }],
      ['/pct/caf%C3%A9/{id}', '/pct/café/{id}'],
      ['/pct/café', '/pct/café'],
      ['/sp/a%20b', '/sp/a b'],
      ['/sp/a b', '/sp/a b'],
      ['/%6frders', '/orders'],
      ['/100%25', '/100%'],
      ['/注文/{id}', '/注文/{id}'],
    ] as const) {
      expect([template, pathsOf({ [template]: one }, more)]).toEqual([template, [`GET ${path}`]]);
      // What is exported is the same when it is imported.
      expect(pathsOf({ [writtenTemplate(path)]: one })).toEqual([`GET ${path}`]);
    }
    expect(problemsOf(() => read({ '/caf%C3%A9': one, '/café': one }))).toEqual(
      expect.arrayContaining(['GET /café and GET /café match the same requests']),
    );
  });

  it('is refused where no request can have such a path', () => {
    for (const path of [
      '/n;x',
      '/n%3bx',
      '/o%2Fp',
      '/t\u0000u',
      '/t%00u',
      '/t\u007f',
      '/t%C2%85',
      '/a?b',
      '/a%3Fb',
      '/a#b',
      '/a%23b',
      '/a*',
      '/a%2a',
      '/./a',
      '/a/..',
      '/a/%2e%2e/b',
      '/a//b',
      '/a\\b',
      '/a%5cb',
      '/a%252fb',
      '/a%7Bid%7D',
      '/\ud800',
    ]) {
      expect(problemsOf(() => read({ [path]: one, '/b': one }))).toEqual([`${visible(path)}: ${unreachable}`]);
    }
    for (const path of ['/%zz', '/%', '/%ff', '/{id}%C3{x}%A9']) {
      expect(problemsOf(() => read({ [path]: one }))).toEqual([
        `${path}: what stands after a % is no character in UTF-8`,
      ]);
    }
    expect(problemsOf(() => read({ orders: one }, { servers: [{ url: '/v1' }] }))).toEqual([
      'orders: a path begins with /',
    ]);
    expect(pathsOf({ 'x-hidden': one, '/a': one })).toEqual(['GET /a']);
  });

  it('has a few variables at most between two /, and something between them', () => {
    expect(pathsOf({ '/{a}.{b}-{c}_{d}/{e}': one })).toHaveLength(1);
    expect(problemsOf(() => read({ '/{a}{b}': one, '/x{a}-{b}-{c}-{d}-{e}': one }))).toEqual([
      '/{a}{b}: nothing stands between two {name}s, so a request does not say where one ends',
      '/x{a}-{b}-{c}-{d}-{e}: between two / there are more than 4 {name}s',
    ]);
  });
});

describe('what a description says of servers', () => {
  it('counts for what it stands at', () => {
    const servers = [{ url: 'https://a.example.com/v1' }, { url: '/v1/' }, { url: 'http://localhost:3000/v1' }];
    const admin = [{ url: 'https://x/admin' }];
    const paths = {
      '/a': one,
      '/m': { servers: admin, get: {}, put: { servers: [{ url: '/other' }] } },
      '/n': { post: { servers: admin }, servers: [] },
    };
    expect(pathsOf(paths, { servers })).toEqual(['GET /v1/a', 'GET /admin/m', 'PUT /other/m', 'POST /admin/n']);
  });

  it('is one base path, or refused with the place named', () => {
    const of = (servers: unknown) => problemsOf(() => read({ '/a': one }, { servers }));
    const several = 'leave those in that stand behind the gate';
    expect(of([{ url: 'https://x/v1' }, { url: 'https://x/v2' }])).toEqual([
      `servers: they have several base paths, /v1 and /v2; ${several}`,
    ]);
    expect(of([{ url: '/' }, { url: '/v2' }])).toEqual([
      `servers: they have several base paths, / and /v2; ${several}`,
    ]);
    const choice = { url: 'https://x/{v}', variables: { v: { default: 'v1', enum: ['v1', 'v2'] } } };
    expect(of([choice])).toEqual([`servers: they have several base paths, /v1 and /v2; ${several}`]);
    const port = { url: 'https://x:{port}/v1', variables: { port: { default: 8443, enum: [8443, 443] } } };
    expect(of([port])).toEqual([]);
    for (const method of ['get', 'delete']) {
      const servers = [{ url: '/b' }, { url: '/c' }];
      expect(problemsOf(() => read({ '/a': { [method]: { servers } } }))).toEqual([
        `/a ${method} servers: they have several base paths, /b and /c; ${several}`,
      ]);
    }
    expect(of([{ url: 'x.example.com/v1' }])).toEqual([
      'servers x.example.com/v1: write the url with https:// or from the root with /',
    ]);
    expect(of([{ url: `https://x${'/'.repeat(1_000_000)}x` }])).toEqual(['servers: a url is too long']);
    expect(of([{}])).toEqual(['servers: a server has no url']);
    expect(of({ url: '/v1' })).toEqual(['servers: is no list']);
    expect(of([{ url: '/v1/{x' }])).toEqual([`servers /v1/{x: ${unreachable}`]);
    expect(of([{ url: '/a/../b' }])).toEqual([`servers /a/../b: ${unreachable}`]);
  });

  it('fills variables of every name', () => {
    const url = 'https://x/{base-path}';
    expect(pathsOf({ '/m': one }, { servers: [{ url, variables: { 'base-path': { default: 'v1' } } }] })).toEqual([
      'GET /v1/m',
    ]);
    for (const variables of [undefined, {}, { 'base-path': {} }]) {
      expect(problemsOf(() => read({ '/m': one }, { servers: [{ url, variables }] }))).toEqual([
        'servers: the variable {base-path} has no default',
      ]);
    }
  });
});

describe('an operation of a description', () => {
  it('is there beside a reference too, and before what is referred to', () => {
    const pathItems = {
      r: { get: { operationId: 'read' }, delete: { operationId: 'lost' }, $ref: '#/components/pathItems/more' },
      more: { patch: { operationId: 'change' }, get: { operationId: 'lost' } },
    };
    const item = { $ref: '#/components/pathItems/r', delete: { operationId: 'destroy' } };
    const operations = read({ '/r/{id}': item }, { components: { pathItems } });
    expect(operations.map(({ operation }) => operation)).toEqual(['Api:read', 'Api:destroy', 'Api:change']);
  });

  it('is never dropped without a word', () => {
    const of = (item: unknown) => problemsOf(() => read({ '/a': item, '/b': one }));
    for (const nothing of [null, [], 'text']) {
      expect(of({ get: nothing, post: {} })).toEqual(['/a get: is no operation']);
      expect(of(nothing)).toEqual(['/a: is no path item']);
    }
    for (const key of ['GET', 'query', 'gte']) {
      expect(of({ [key]: {} })).toEqual([`/a ${key}: is no method; methods are written in small letters`]);
    }
    expect(of({ 'x-note': {}, parameters: [], summary: '', description: '', get: {} })).toEqual([]);
    for (const given of ['my perm', '', 7, null]) {
      expect(of({ get: { 'x-permission': given } })).toEqual([
        '/a get x-permission: is not of the form Tag:operation, with letters, digits, _, - and .',
      ]);
    }
    expect(of({ $ref: '#/%zz' })).toEqual(['/a: $ref #/%zz leads to no path item of the file, or in a circle']);
    expect(of({ $ref: '#/components/none' })).toEqual([
      '/a: $ref #/components/none leads to no path item of the file, or in a circle',
    ]);
  });

  it('is not hidden by a second key of the same name, in both notations', () => {
    const twice = (key: string, line: number) => [
      `The key ${key} is there twice in the same place; the second time in line ${line}`,
    ];
    const compact = '{"openapi":"3.0.3","paths":{"/d:x":{"get":{}},"/d:x":{"delete":{}}}}';
    expect(problemsOf(() => readDescription(compact))).toEqual(twice('/d:x', 1));
    const tabbed = '{\n\t"openapi": "3.0.3",\n\t"paths": {"/d": {"get": {},\n\t"get" : {}}}}';
    expect(problemsOf(() => readDescription(tabbed))).toEqual(twice('get', 4));
    const yaml = 'openapi: 3.0.3\npaths:\n  /d:\n    get: {}\n  /d:\n    delete: {}';
    expect(problemsOf(() => readDescription(yaml))).toEqual(twice('/d', 5));
    expect(problemsOf(() => readDescription(yaml.replace('/d:\n    del', '"/d":\n    del')))).toEqual(twice('/d', 5));
  });

  it('is read from a text that begins with a byte order mark', () => {
    const document = { openapi: '3.0.3', paths: { '/a': { get: { summary: 'a "b" \\ / 😀\n' } } } };
    for (const text of [JSON.stringify(document), JSON.stringify(document, null, '\t'), dump(document)]) {
      expect(readDescription(`\ufeff${text}`).operations).toEqual(readDescription(text).operations);
      expect(readDescription(text).operations[0]?.summary).toBe('a "b" \\ / 😀\n');
    }
  });
});

describe('the host of a catalogue', () => {
  it('is written as requests have it', () => {
    for (const [text, host] of [
      ['Api.Example.COM', 'api.example.com'],
      [' h:443 ', 'h'],
      ['h:80', 'h'],
      ['h:8443', 'h:8443'],
      ['order_api:8080', 'order_api:8080'],
      ['[::1]:443', '[::1]'],
      ['日本.example', 'xn--wgv71a.example'],
      ['', undefined],
      [undefined, undefined],
    ] as const) {
      expect([text, hostOf(text)]).toEqual([text, host]);
    }
    for (const text of ['https://bad host/', 'a b', 'h/x', 'u@h', 'h:99999', 'h?x', '*', '*.example.com']) {
      expect(() => hostOf(text)).toThrow('COM0001');
    }
  });
});
