import { describe, expect, it } from 'vitest';
import { routerOf } from '../../src/gate/catalogue/router.ts';
import { treeOf } from '../../src/gate/catalogue/tree.ts';

/** Of `GET`, unless a path is written with another method before it. */
const routing = (...templates: readonly string[]) => routerOf([treeOf(templates.map(operationOf))]);
const operationOf = (template: string) => {
  const [path = '', method = 'GET'] = template.split(' ').toReversed();
  return { operation: template, method, path, summary: '' };
};
const rowsOf = ({ match, isLike }: ReturnType<typeof routerOf>, ...requests: readonly string[]) =>
  requests.map((request) => {
    const [path = '', method = 'GET'] = request.split(' ').toReversed();
    return [request, match(method, path)?.operation.operation, isLike(method, path)];
  });

describe('SECURITY: a request that the program behind may take for another one', () => {
  it('is none when what is encoded would be a literal, but as it is usually written', () => {
    const router = routing('/users/@me', '/users/{id}', '/keys/{id}:destroy', '/keys/{id}', '/(x)', '/{any}', '/café');
    const none = ['/users/%40me', '/users/%40m%65', '/keys/5%3Adestroy', '/keys/5%3adestroy', '/%28x%29', '/caf%c3%a9'];
    expect(rowsOf(router, ...none)).toEqual(none.map((request) => [request, undefined, true]));
    expect(rowsOf(router, '/users/a%40b', '/keys/5%3A', '/users/caf%c3%a9', '/caf%C3%A9')).toEqual([
      ['/users/a%40b', '/users/{id}', true],
      ['/keys/5%3A', '/keys/{id}', true],
      ['/users/caf%c3%a9', '/users/{id}', true],
      ['/caf%C3%A9', '/café', true],
    ]);
  });

  it('is none when it is encoded twice, in parts too', () => {
    const router = routing('/users/{id}');
    const requests = ['/users/%252f', '/users/%25%32%65%25%32%66admin', '/users/%2525', '/users/%e0%80%af'];
    expect(rowsOf(router, ...requests)).toEqual(requests.map((request) => [request, undefined, true]));
    expect(rowsOf(router, '/users/100%25')).toEqual([['/users/100%25', '/users/{id}', true]]);
  });

  it('is none when only its case or its last slash keeps it from a more literal one', () => {
    const router = routing('/orders/export', '/orders/{id}', '/f/{name}.json', '/f/{name}', '/s/{a}/', '/s/new');
    expect(rowsOf(router, '/orders/EXPORT', '/orders/%45xport', '/f/x.JSON', '/s/new/')).toEqual([
      ['/orders/EXPORT', undefined, true],
      ['/orders/%45xport', undefined, true],
      ['/f/x.JSON', undefined, true],
      ['/s/new/', undefined, true],
    ]);
    // What is described in either case is told apart.
    const strict = routing('/A/{id}', '/a/{id}');
    expect(rowsOf(strict, '/A/1', '/a/1')).toEqual([
      ['/A/1', '/A/{id}', true],
      ['/a/1', '/a/{id}', true],
    ]);
  });

  it('is none when two templates fit and each is the more literal one somewhere', () => {
    const router = routing('/{kind}/secret', '/orders/{id}', '/users/me/{section}', '/users/{id}/settings', '/{a}/{b}');
    expect(rowsOf(router, '/orders/secret', '/ORDERS/secret', '/orders/Secret', '/users/me/settings')).toEqual([
      ['/orders/secret', undefined, true],
      ['/ORDERS/secret', undefined, true],
      ['/orders/Secret', undefined, true],
      ['/users/me/settings', undefined, true],
    ]);
    const described = routing('/{kind}/secret', '/orders/{id}', '/orders/secret', '/{a}/{b}');
    expect(rowsOf(described, '/orders/secret', '/orders/7', '/stock/secret', '/stock/7')).toEqual([
      ['/orders/secret', '/orders/secret', true],
      ['/orders/7', '/orders/{id}', true],
      ['/stock/secret', '/{kind}/secret', true],
      ['/stock/7', '/{a}/{b}', true],
    ]);
  });

  it('is none when a literal is written in another width, with other capitals, or with space around it', () => {
    const router = routing('/kiss/{id}', '/{any}/{id}', '/straße');
    const none = [
      '/%EF%BD%8Biss/1',
      '/ki%C5%BFs/1',
      '/k%C4%B1ss/1',
      '/%E2%84%AAiss/1',
      '/kiss%20/1',
      '/%20kiss/1',
      '/STRASSE',
    ];
    expect(rowsOf(router, ...none)).toEqual(none.map((request) => [request, undefined, true]));
    const described = ['/x /{a}', '/x/new'].map((path) => ({
      ...operationOf('x'),
      operation: path,
      path,
      method: 'GET',
    }));
    expect(rowsOf(routerOf([treeOf(described)]), '/x%20/new', '/x%20/7')).toEqual([
      ['/x%20/new', undefined, true],
      ['/x%20/7', '/x /{a}', true],
    ]);
    expect(rowsOf(router, '/%20/1', '/a%EF%BC%8Fb/1', '/kisses/1')).toEqual([
      ['/%20/1', '/{any}/{id}', true],
      ['/a%EF%BC%8Fb/1', '/{any}/{id}', true],
      ['/kisses/1', '/{any}/{id}', true],
    ]);
  });

  it('is none when a variable would be empty to a more literal one', () => {
    const router = routing('/{name}', '/{name}.json', '/r-{id}', '/{a}-{b}.x', '/{any}/{n}.json');
    const none = ['/.json', '/.JSON', '/r-', '/-.x', '/-b.x'];
    expect(rowsOf(router, ...none)).toEqual(none.map((request) => [request, undefined, true]));
    expect(rowsOf(router, '/a.json', '/json', '/-', '/a/.json')).toEqual([
      ['/a.json', '/{name}.json', true],
      ['/json', '/{name}', true],
      ['/-', '/{name}', true],
      ['/a/.json', undefined, true],
    ]);
  });

  it('is the one that it fits, also where folding joins a literal with the value after it', () => {
    const router = routing('/f/e{x}', '/f/{y}', '/f/σ{x}');
    expect(rowsOf(router, '/f/e%CC%81z', '/f/%CF%83z')).toEqual([
      ['/f/e%CC%81z', '/f/e{x}', true],
      ['/f/%CF%83z', '/f/σ{x}', true],
    ]);
  });

  it('takes a bounded look, and is none when that says too little', () => {
    // Each of the first 12 pieces a literal or a variable, in every combination.
    const bits = Array.from({ length: 4096 }, (_, i) =>
      Array.from({ length: 12 }, (_, at) => ((i >> at) & 1 ? 'a' : `{v${at}}`)),
    );
    const dense = routing(...bits.map((pieces) => `/${pieces.join('/')}${'/a'.repeat(18)}/z`));
    const variants = routing(...Array.from({ length: 3000 }, (_, i) => `/${i}{x}`), '/{x}');
    for (let i = 0; i < 100; i++) {
      expect(rowsOf(dense, `${'/a'.repeat(30)}/q`, `${'/a'.repeat(30)}/z`)).toEqual([
        [`${'/a'.repeat(30)}/q`, undefined, true],
        [`${'/a'.repeat(30)}/z`, undefined, true],
      ]);
      expect(rowsOf(variants, '/x')).toEqual([['/x', undefined, true]]);
    }
  });

  it('is none when a segment fits its template in more than one way', () => {
    const router = routing('/d/{year}-{month}-{day}', '/d/{any}', '/t/{a}{b}');
    expect(router.match('GET', '/d/2026-11-30')?.pathVariables).toEqual({ year: '2026', month: '11', day: '30' });
    expect(rowsOf(router, '/d/2026-11-30', '/d/2026-11-30-x', '/d/2026--11-30', '/d/2026-11', '/t/abc')).toEqual([
      ['/d/2026-11-30', '/d/{year}-{month}-{day}', true],
      ['/d/2026-11-30-x', undefined, true],
      ['/d/2026--11-30', undefined, true],
      ['/d/2026-11', '/d/{any}', true],
      ['/t/abc', undefined, true],
    ]);
  });

  it('HEAD is the GET of its path where that is the more literal one', () => {
    const router = routing('/orders/export', 'HEAD /orders/{id}', 'HEAD /orders/new', '/orders/new');
    expect(rowsOf(router, 'HEAD /orders/export', 'HEAD /orders/7', 'HEAD /orders/new', '/orders/7')).toEqual([
      ['HEAD /orders/export', '/orders/export', true],
      ['HEAD /orders/7', 'HEAD /orders/{id}', true],
      ['HEAD /orders/new', 'HEAD /orders/new', true],
      ['/orders/7', undefined, false],
    ]);
  });

  it('takes no more than its length to look for, whatever was described', () => {
    const template = `/r/${Array.from({ length: 6 }, (_, at) => `{p${at}}-`).join('')}{last}.csv`;
    const router = routing(template, ...Array.from({ length: 500 }, (_, at) => `/r/{a}-{b}-{c}.${at}`));
    for (const segment of ['-'.repeat(2000), 'a-'.repeat(1000), 'a-'.repeat(100)]) {
      // A pattern that goes back and forth would not come to an end.
      expect(router.match('GET', `/r/${segment}`)).toBeUndefined();
    }
    // What is too long to be looked at is no other operation either.
    const beside = routing('/r/{a}-{b}', '/r/{any}');
    expect(rowsOf(beside, `/r/${'a'.repeat(300)}`, '/r/aaa')).toEqual([
      [`/r/${'a'.repeat(300)}`, undefined, true],
      ['/r/aaa', '/r/{any}', true],
    ]);
  });
});
