import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { guards, verifyAssertion } from '../../src/hono.ts';
import type { StartApp } from './app.ts';

export const startHono: StartApp = async (gate, assertion) => {
  const app = new Hono();
  const allow = guards(gate);
  app.get('/orders/:id', allow.operation('Order:getOrder'), (c) =>
    c.json({ ...c.get('warifu'), id: c.req.param('id') }),
  );
  app.get('/described/export', allow.catalogue(), (c) => c.json({ exported: true }));
  app.get('/described/:id', allow.catalogue(), (c) => c.json(c.get('warifu')));
  app.get('/undescribed', allow.catalogue(), (c) => c.json({}));
  app.get('/me', allow.signedIn(), (c) => c.json(c.get('warifu')));
  app.get('/behind', verifyAssertion(assertion), (c) => c.json(c.get('warifuAssertion')));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, stop };
};
