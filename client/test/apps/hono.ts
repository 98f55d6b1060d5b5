import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { type Granted, guards, verifyAssertion } from '../../src/hono.ts';
import type { Spelled, StartApp } from './app.ts';

export const startHono: StartApp = async (gate, assertion) => {
  const app = new Hono({ strict: false });
  const allow = guards(gate);
  app.get('/orders/:id', allow.operation('Order:getOrder'), (c) =>
    c.json({ ...c.get('warifu'), id: c.req.param('id') }),
  );
  app.get('/described/export', allow.catalogue(), (c) => c.json({ exported: true }));
  app.get('/described/:id', allow.catalogue(), (c) => c.json(c.get('warifu')));
  app.get('/undescribed', allow.catalogue(), (c) => c.json({}));
  app.get('/me', allow.signedIn(), (c) => c.json(c.get('warifu')));
  app.get('/behind', verifyAssertion(assertion), (c) => c.json(c.get('warifuAssertion')));
  startSpelled(app, allow.catalogue());
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, stop };
};

type Guard = MiddlewareHandler<{ Variables: { warifu: Granted } }>;

function startSpelled(app: Hono, allow: Guard): void {
  const on = (to: Hono, route: string, name: Spelled) =>
    to.get(route, allow, (c) => c.json({ handler: name, asked: c.get('warifu').operation }));
  on(app, '/files/:name{.+\\.json}', 'exportFile');
  on(app, '/files/:name{r-.+}', 'readReport');
  on(app, '/files/:name', 'readFile');
  on(app, '/keys/:id{.+:destroy}', 'destroyKey');
  on(app, '/keys/:id', 'readKey');
  on(app, '/tree/:a/export', 'exportTree');
  on(app, '/tree/:a/:b', 'readTree');
  const members = new Hono({ strict: false });
  on(members, '/:id{.+\\.csv}', 'exportMember');
  on(members, '/:id', 'readMember');
  app.route('/teams/:team', members);
}
