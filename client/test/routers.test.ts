import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { routerOf } from '../../server/src/gate/catalogue/router.ts';
import { treeOf } from '../../server/src/gate/catalogue/tree.ts';
import { type Pick, randomOf } from '../../server/test/support/random.ts';
import { get } from './support/raw.ts';

const described = ['a', 'b', 'me', 'Export', '{}', '{}', '{}.json', 'x-{}', '@me', 'kiss'];
const sent = [
  ...['a', 'A', '%61', 'b', 'me', 'ME', 'me%20', 'Export', 'export', '7', '%C3%A9', '%27', '~', '%7E', '-'],
  ...['z.json', 'z.JSON', '.json', 'x-1', 'X-1', 'x-', 'x%2D1', 'x-1.json', '@me', '%40me', 'kiss', 'ki%C5%BFs'],
];

type Operation = {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
};

function someOperations(pick: Pick): Operation[] {
  const shapes = Array.from({ length: 6 }, () =>
    Array.from({ length: pick([1, 2, 3]) }, () => pick(described)).join('/'),
  );
  return [...new Set(shapes)].map((shape, at) => {
    let named = 0;
    const path = `/${shape.replace(/\{\}/g, () => `{p${named++}}`)}`;
    return { operation: `o${at}`, method: 'GET', path, summary: '' };
  });
}

const withColons = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');
/** Hono takes a whole segment for a variable, and wants a pattern where there is more. */
const forHono = (path: string) =>
  path
    .split('/')
    .map((piece) =>
      piece.replace(/^([^{]*)\{(\w+)\}(.*)$/, (_, before: string, name: string, after: string) => {
        const literal = (text: string) => text.replace(/[.-]/g, '\\$&');
        return before + after === '' ? `:${name}` : `:${name}{${literal(before)}[^/]+${literal(after)}}`;
      }),
    )
    .join('/');

/** The same routes in each framework, each as lenient as it comes; they answer with their operation. */
async function start(operations: readonly Operation[]): Promise<[string, Server][]> {
  const ofExpress = express();
  const ofHono = new Hono();
  const ofFastify = fastify();
  for (const { operation, path } of operations) {
    ofExpress.get(withColons(path), (_, response) => void response.send(operation));
    ofHono.get(forHono(path), (c) => c.text(operation));
    ofFastify.get(withColons(path), async () => operation);
  }
  await ofFastify.ready();
  const answerByHono = getRequestListener(ofHono.fetch);
  const servers: [string, Server][] = [
    ['Express', createServer(ofExpress)],
    ['Hono', createServer((request, response) => void answerByHono(request, response))],
    ['Fastify', createServer((request, response) => ofFastify.routing(request, response))],
  ];
  await Promise.all(servers.map(([, server]) => once(server.listen(0, '127.0.0.1'), 'listening')));
  return servers;
}

/** Whether each piece of a path is as literal as that of another one. */
function isNowhereMoreLiteral(path: string, than: string): boolean {
  const literal = (text: string) =>
    text.split('/').map((piece) => (piece.includes('{') ? Number(!/^\{\w+\}$/.test(piece)) : 2));
  return literal(path).every((weight, at) => weight <= (literal(than)[at] ?? 0));
}

it.each([1, 2, 3])(
  'no framework runs a more literal route than the operation that the gate finds, %i',
  async (seed) => {
    const pick = randomOf(seed);
    let found = 0;
    for (let round = 0; round < 12; round++) {
      const operations = someOperations(pick);
      const { match } = routerOf([treeOf(operations)]);
      const servers = await start(operations);
      for (let i = 0; i < 60; i++) {
        const target = `/${Array.from({ length: pick([1, 2, 3]) }, () => pick(sent)).join('/')}${pick(['', '', '', '/'])}`;
        const matched = match('GET', target)?.operation;
        if (!matched) continue;
        found++;
        for (const [framework, server] of servers) {
          const { text } = await get((server.address() as AddressInfo).port, target);
          const ran = operations.find(({ operation }) => operation === text);
          // A route that was written before a more literal one hides it, in the program as well.
          const isRight = ran === undefined || ran === matched || isNowhereMoreLiteral(ran.path, matched.path);
          expect([framework, target, matched.path, ran?.path, isRight]).toEqual([
            framework,
            target,
            matched.path,
            ran?.path,
            true,
          ]);
        }
      }
      for (const [, server] of servers) server.close();
    }
    expect(found).toBeGreaterThan(20);
  },
);
