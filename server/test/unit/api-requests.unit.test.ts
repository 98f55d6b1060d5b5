import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ApiOperation } from '../../src/authorize/imported.ts';
import { readDescription } from '../../src/gate/catalogue/description.ts';
import { routerOf } from '../../src/gate/catalogue/router.ts';
import { treeOf } from '../../src/gate/catalogue/tree.ts';
import { type Pick, randomOf } from '../support/random.ts';

type Found = { readonly operation: string; readonly pathVariables: Record<string, string> } | undefined;

/**
 * What a person would say with the list in hand: every template is tried, and of those that fit the more literal one
 * counts, if no other one is more literal anywhere.
 */
function slowly(operations: readonly ApiOperation[], method: string, path: string): Found {
  const segments = path.split('/');
  const fitting = operations
    .filter((one) => one.method === method && one.path.split('/').length === segments.length)
    .map((one) => ({ one, found: one.path.split('/').map((piece, at) => fit(piece, segments[at] ?? '')) }))
    .filter(({ found }) => found.every((values) => values !== undefined));
  const weight = (fit: (typeof fitting)[number] | undefined) =>
    (fit?.one.path ?? '').split('/').map(looseness).join('');
  const [best, ...others] = fitting.toSorted((a, b) => (weight(a) < weight(b) ? -1 : 1));
  const isCrossed = others.some((other) => [...weight(other)].some((loose, at) => loose < (weight(best)[at] ?? '')));
  if (isCrossed) return undefined;
  return best && { operation: best.one.operation, pathVariables: Object.assign({}, ...best.found) };
}

/** From the left, a literal piece goes before one that begins so, that before one that ends so or has something between. */
function looseness(piece: string): number {
  if (!piece.includes('{')) return 0;
  if (!piece.startsWith('{')) return 1;
  if (!piece.endsWith('}')) return 2;
  return piece.replace(/\{[^{}]*\}/g, '') === '' ? 4 : 3;
}

function fit(piece: string, segment: string): Record<string, string> | undefined {
  const names = [...piece.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  if (names.length === 0) return piece === decodeURIComponent(segment) ? {} : undefined;
  const literal = piece.split(/\{[^{}]*\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const values = new RegExp(`^${literal.join('([^/]+?)')}$`, 's').exec(decodeURIComponent(segment));
  return values ? Object.fromEntries(names.map((name, at) => [name, values[at + 1] ?? ''])) : undefined;
}

/** A real description where one is given, else one with what such files have. */
function someOperations(pick: Pick): readonly ApiOperation[] {
  const file = process.env.WARIFU_TEST_OPENAPI;
  if (file !== undefined) return readDescription(readFileSync(file, 'utf8')).operations;
  const paths: Record<string, Record<string, object>> = {};
  const pieces = ['orders', 'users', 'new', 'v1', 'search', '{id}', '{user-id}', '{name}', '{n}.json', 'a:{x}'];
  let count = 0;
  while (count < 500) {
    const path = Array.from({ length: pick([1, 2, 3, 4, 5]) }, () => `/${pick(pieces)}`).join('');
    const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
    const shape = path.replace(/\{[^{}]*\}/g, '{}');
    const isTaken = Object.keys(paths).some((other) => other.replace(/\{[^{}]*\}/g, '{}') === shape);
    if (isTaken || new Set(names).size !== names.length) continue;
    const item: Record<string, object> = {};
    for (const method of ['get', 'post', 'delete'].slice(pick([0, 1, 2]))) {
      item[method] = { operationId: `operation${count++}` };
    }
    paths[path] = item;
  }
  return readDescription(JSON.stringify({ openapi: '3.1.0', paths })).operations;
}

describe('1,000 random requests', () => {
  it('have the operation that a slow look through all templates finds', () => {
    const pick = randomOf(20);
    const operations = someOperations(pick);
    const { match } = routerOf([treeOf(operations)]);
    const values = ['7', 'new', 'search', 'hana', '%E7%94%B0', 'a.b', 'v1', 'x.json', 'a:b', '%20'];
    let found = 0;
    for (let at = 0; at < 1000; at++) {
      const { path, method } = pick(operations);
      const filled = path.replace(/\{[^{}]*\}/g, () => pick(values));
      const asked = pick([method, method, method, 'GET', 'PATCH']);
      const matched = match(asked, filled);
      const expected = slowly(operations, asked, filled);
      const answer = matched && { operation: matched.operation.operation, pathVariables: matched.pathVariables };
      expect([asked, filled, answer]).toEqual([asked, filled, expected]);
      if (answer) found++;
    }
    expect(found).toBeGreaterThan(400);
  });
});
