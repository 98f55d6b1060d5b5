import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { ApiOperation } from '../../src/authorize/imported.ts';
import { readDescription } from '../../src/gate/catalogue/description.ts';
import { DescriptionError } from '../../src/gate/catalogue/problem.ts';
import { routerOf } from '../../src/gate/catalogue/router.ts';
import { treeOf } from '../../src/gate/catalogue/tree.ts';

const head = { openapi: '3.1.0', info: { title: 'Orders', version: '1' } };
const read = (paths: object, more: object = {}) =>
  readDescription(JSON.stringify({ ...head, ...more, paths })).operations;
const namesOf = (operations: readonly ApiOperation[]) =>
  operations.map(({ operation, method, path }) => `${operation} ${method} ${path}`);
const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof DescriptionError) return error.problems.map(({ en }) => en);
    throw error;
  }
  return [];
};

describe('the description of an API', () => {
  it('is OpenAPI 3.0, 3.1 or Swagger 2.0, in JSON or YAML, below its base path', () => {
    const paths = { '/orders/{id}': { get: { tags: ['Orders'], operationId: 'getOrder', summary: 'One order.' } } };
    const expected = [
      { operation: 'Orders:getOrder', method: 'GET', path: '/shop/v1/orders/{id}', summary: 'One order.' },
    ];
    const servers = [{ url: 'https://{host}/shop/v1/', variables: { host: { default: 'api.example.com' } } }];
    for (const document of [
      { ...head, servers, paths },
      { ...head, openapi: '3.0.3', servers: [{ url: '/shop/v1' }], paths },
      { swagger: '2.0', basePath: '/shop/v1/', paths },
    ]) {
      expect(readDescription(JSON.stringify(document)).operations).toEqual(expected);
      expect(readDescription(dump(document)).operations).toEqual(expected);
    }
  });

  it('has what YAML merges into an operation', () => {
    const text = `openapi: 3.1.0
x-common: &common { tags: [Orders] }
paths:
  /orders:
    get:
      <<: *common
      operationId: list`;
    expect(namesOf(readDescription(text).operations)).toEqual(['Orders:list GET /orders']);
  });

  it('names what it gives no name', () => {
    const paths = {
      '/orders/{order-id}/items': {
        get: { tags: ['Order items'], operationId: 'list all' },
        post: { operationId: 'add' },
        put: { tags: ['*'] },
        delete: { 'x-permission': 'Orders:empty', operationId: 'other' },
        parameters: [],
      },
    };
    expect(namesOf(read(paths))).toEqual([
      'OrderItems:listAll GET /orders/{order-id}/items',
      'Api:putOrdersByOrder-idItems PUT /orders/{order-id}/items',
      'Api:add POST /orders/{order-id}/items',
      'Orders:empty DELETE /orders/{order-id}/items',
    ]);
  });

  it('loses letters outside ASCII from its names, and says of how many', () => {
    const paths = {
      '/a': { get: { tags: ['注文'], operationId: '一覧' }, post: { tags: ['Órders'], operationId: 'create' } },
      '/商品': { get: { tags: ['Item'] } },
      // What is said by ASCII alone loses signs only.
      '/b': {
        get: { tags: ['Order – items'], operationId: 'get' },
        put: { 'x-permission': 'Order:put', tags: ['注文'] },
      },
    };
    const { operations, shortened } = readDescription(JSON.stringify({ ...head, paths }));
    const names = ['Api:getA', 'Rders:create', 'Item:get', 'OrderItems:get', 'Order:put'];
    expect([operations.map(({ operation }) => operation), shortened]).toEqual([names, 3]);
    const twoTags = {
      '/a': { get: { tags: ['注文'], operationId: 'list' } },
      '/b': { get: { tags: ['商品'], operationId: 'list' } },
    };
    expect(problemsOf(() => read(twoTags))).toEqual([
      'Api:list is GET /a and GET /b; give each a name of its own by x-permission',
    ]);
  });

  it('may refer to parts of itself, and to nothing else', () => {
    const components = {
      pathItems: { order: { get: { operationId: 'getOrder' } }, 'a/b': { $ref: '#/components/pathItems/order' } },
    };
    const paths = { '/orders/{id}': { $ref: '#/components/pathItems/a~1b' } };
    expect(namesOf(read(paths, { components }))).toEqual(['Api:getOrder GET /orders/{id}']);
    const circle = {
      pathItems: { one: { $ref: '#/components/pathItems/two' }, two: { $ref: '#/components/pathItems/one' } },
    };
    expect(problemsOf(() => read({ '/a': { $ref: 5 } }))).toEqual(['/a: is no path item']);
    const elsewhere = { '/a': { get: { $ref: '#/components/pathItems/order/get' } } };
    expect(problemsOf(() => read(elsewhere, { components }))).toEqual(['/a get: is no operation']);
    const deep = (pieces: number) => read({ ['/a'.repeat(pieces)]: { get: {} } });
    expect(deep(32)).toHaveLength(1);
    expect(problemsOf(() => deep(33))).toEqual([expect.stringContaining('at most 32 pieces')]);
    for (const $ref of ['other.yaml#/x', 'https://example.com/a.json', '#/components/pathItems/one']) {
      expect(problemsOf(() => read({ '/a': { $ref } }, { components: circle }))).toEqual([
        expect.stringContaining('/a: $ref'),
      ]);
    }
  });

  it('keeps the names of query parameters, as many as a person looks at', () => {
    const query = (...names: readonly unknown[]) => names.map((name) => ({ in: 'query', name }));
    const shared = { components: { parameters: { page: { in: 'query', name: 'page' }, none: 5 } } };
    const refs = ['#/components/parameters/page', '#/components/parameters/none', 'other.yaml#/x', '#/nowhere'];
    const item = {
      parameters: query('lang'),
      get: {},
      post: { parameters: query('dry-run', 'filter[status]', 'lang') },
    };
    const odd = [...query('', 5, 'a\nb', 'x'.repeat(65)), null, 'text', { in: 'header', name: 'x-a' }, { in: 'query' }];
    const many = { get: { parameters: query(...Array.from({ length: 200 }, (_, i) => `p${i}`)) } };
    const found = read(
      {
        '/a': item,
        '/b': { get: { parameters: [...refs.map(($ref) => ({ $ref })), ...odd] } },
        '/c': many,
        '/d': { get: {} },
      },
      shared,
    );
    expect(found.map(({ method, path, queryParameters }) => [`${method} ${path}`, queryParameters])).toEqual([
      ['GET /a', ['lang']],
      ['POST /a', ['lang', 'dry-run', 'filter[status]']],
      ['GET /b', ['page']],
      ['GET /c', Array.from({ length: 20 }, (_, i) => `p${i}`)],
      ['GET /d', undefined],
    ]);
    const old = { swagger: '2.0', paths: { '/a': { get: { parameters: query('limit') } } } };
    expect(readDescription(JSON.stringify(old)).operations).toMatchObject([{ queryParameters: ['limit'] }]);
  });

  it('is refused with every conflict named', () => {
    const paths = {
      '/orders/{id}': { get: { operationId: 'one', tags: ['Orders'] } },
      '/orders/{name}': { get: { operationId: 'two', tags: ['Orders'] } },
      '/other': {
        post: { operationId: 'one', tags: ['Orders'] },
        delete: { tags: ['User'], operationId: 'deleteUser' },
      },
      '/a//b': { get: {} },
      '/a/{x}/{x}': { get: {} },
      '/a/{x': { get: {} },
    };
    expect(problemsOf(() => read(paths))).toEqual([
      '/a//b: such a path matches no request as it is',
      '/a/{x}/{x}: a {name} is there twice',
      '/a/{x: a { or } stands alone',
      'Orders:one is GET /orders/{id} and POST /other; give each a name of its own by x-permission',
      'GET /orders/{id} and GET /orders/{name} match the same requests',
      'User:deleteUser is an operation of Warifu itself; give this one another name by x-permission',
    ]);
  });

  it('that is none says so', () => {
    for (const text of ['', '[]', 'a: [', '{"openapi":"2.0"}', 'just words']) {
      expect(problemsOf(() => readDescription(text))).toHaveLength(1);
    }
    expect(problemsOf(() => read({}))).toEqual(['The file describes no operation: it has no paths.']);
    expect(problemsOf(() => readDescription(' '.repeat(10 * 1024 * 1024 + 1)))).toEqual([
      'The file is larger than 10 MiB. As JSON without indentation it may fit.',
    ]);
    for (const name of ['__proto__', 'constructor']) {
      expect(problemsOf(() => read({ [`/a/{${name}}`]: { get: {} } }))).toEqual([`/a/{${name}}: a {name} is not one`]);
    }
    expect(problemsOf(() => read({ [`/${'a'.repeat(2000)}`]: { get: {} } }))).toEqual([
      expect.stringMatching(/…: a path is too long$/),
    ]);
    // Nested deeper than a stack is, in both notations; merged more often than there are names.
    const deep = '['.repeat(1_000_000);
    expect(problemsOf(() => readDescription(`{"openapi":"3.1.0","paths":${deep}`))).toHaveLength(1);
    expect(problemsOf(() => readDescription(`openapi: 3.1.0\npaths: ${deep}`))).toEqual([
      expect.stringContaining('nesting'),
    ]);
    const wide = Array.from({ length: 2000 }, (_, at) => `  k${at}: 1`).join('\n');
    const merged = `base: &base\n${wide}\n${Array.from({ length: 200 }, (_, at) => `m${at}:\n  <<: *base`).join('\n')}`;
    expect(problemsOf(() => readDescription(merged))).toEqual([expect.stringContaining('merge keys')]);
    // A document that would grow when its aliases are written out.
    const bomb = `openapi: 3.1.0\npaths: {}\na: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]`;
    expect(problemsOf(() => readDescription(bomb))).toEqual(['The file describes no operation: it has no paths.']);
  });
});

describe('the operation of a request', () => {
  const { match } = routerOf([
    treeOf(
      read({
        '/orders': { get: { operationId: 'list' } },
        '/orders/{id}': { get: { operationId: 'get' }, delete: { operationId: 'delete' } },
        '/orders/new': { get: { operationId: 'form' } },
        '/orders/{id}:cancel': { post: { operationId: 'cancel' } },
        '/files/{name}.{ext}': { get: { operationId: 'file' } },
        '/orders/{id}/items/{item}': { get: { operationId: 'item' } },
        '/slash/': { get: { operationId: 'slash' } },
      }),
    ),
  ]);
  const found = (method: string, path: string) => {
    const { operation, pathVariables } = match(method, path) ?? {};
    return operation === undefined ? undefined : [operation.operation.slice(4), pathVariables];
  };

  it('is found with its variables decoded, literal before variable', () => {
    expect(found('GET', '/orders')).toEqual(['list', {}]);
    expect(found('GET', '/orders/7')).toEqual(['get', { id: '7' }]);
    expect(found('DELETE', '/orders/%E7%94%B0%20x')).toEqual(['delete', { id: '田 x' }]);
    expect(found('GET', '/orders/new')).toEqual(['form', {}]);
    expect(found('GET', '/orders/newer')).toEqual(['get', { id: 'newer' }]);
    expect(found('POST', '/orders/7:cancel')).toEqual(['cancel', { id: '7' }]);
    expect(found('GET', '/files/a.json')).toEqual(['file', { name: 'a', ext: 'json' }]);
    expect(found('GET', '/orders/7/items/8')).toEqual(['item', { id: '7', item: '8' }]);
    expect(found('GET', '/slash/')).toEqual(['slash', {}]);
    // A letter that is written as an escape is the letter to some programs, to others a value.
    expect(found('GET', '/orders/%6eew')).toBeUndefined();
  });

  it('is none where two programs could read the path differently', () => {
    for (const path of [
      '',
      'orders',
      '/Orders',
      '/orders/',
      '//orders',
      '/orders//7',
      '/orders/./7',
      '/x/../orders',
      '/orders/%2e%2e/7',
      '/orders/a%2Fb',
      '/orders/a%5cb',
      '/orders\\7',
      '/orders/7%00',
      '/orders/%',
      '/orders/%ff',
      '/orders/7?x=1',
      '/orders/7#x',
      '/orders/a b',
      '/orders/7\n',
      '/orders/7/items',
      '/slash',
    ]) {
      expect([path, found('GET', path)]).toEqual([path, undefined]);
    }
    for (const method of ['get', 'POST', 'BREW', ''])
      expect([method, found(method, '/orders/7')]).toEqual([method, undefined]);
  });

  it('is found among five thousand', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [`/things${at}/{id}`, { get: { operationId: `get${at}` } }]),
    );
    const { match: one } = routerOf([treeOf(read(paths))]);
    expect(one('GET', '/things4711/x')?.operation.operation).toBe('Api:get4711');
    expect(problemsOf(() => read({ ...paths, '/more': { get: {} } }))).toEqual([
      'The file describes more than 5000 operations.',
    ]);
  });
});
