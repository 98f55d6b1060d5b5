import type { AddressInfo } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { guards, type Hook, verifyAssertion } from '../../src/fastify.ts';
import type { Spelled, StartApp } from './app.ts';

export const startFastify: StartApp = async (gate, assertion) => {
  const app = fastify({ routerOptions: { caseSensitive: false, ignoreTrailingSlash: true } });
  const allow = guards(gate);
  app.get<{ Params: { id: string } }>(
    '/orders/:id',
    { onRequest: allow.operation('Order:getOrder') },
    async ({ warifu, params }) => ({ ...warifu, id: params.id }),
  );
  app.get('/described/export', { onRequest: allow.catalogue() }, async () => ({ exported: true }));
  app.get('/described/:id', { onRequest: allow.catalogue() }, async ({ warifu }) => warifu);
  app.get('/undescribed', { onRequest: allow.catalogue() }, async () => ({}));
  app.get('/me', { onRequest: allow.signedIn() }, async ({ warifu }) => warifu);
  app.get('/behind', { onRequest: verifyAssertion(assertion) }, async ({ warifuAssertion }) => warifuAssertion);
  startSpelled(app, allow.catalogue());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, stop: () => app.close() };
};

function startSpelled(app: FastifyInstance, onRequest: Hook): void {
  const on = (to: FastifyInstance, route: string, name: Spelled) =>
    to.get(route, { onRequest }, async ({ warifu }) => ({ handler: name, asked: warifu.operation }));
  on(app, '/files/:name.json', 'exportFile');
  on(app, '/files/r-:name', 'readReport');
  on(app, '/files/:name', 'readFile');
  on(app, '/keys/:id(^[^:]+)::destroy', 'destroyKey');
  on(app, '/keys/:id', 'readKey');
  on(app, '/tree/:a/export', 'exportTree');
  on(app, '/tree/*', 'readTree');
  const members = async (to: FastifyInstance) => {
    on(to, '/:id.csv', 'exportMember');
    on(to, '/:id', 'readMember');
  };
  void app.register(members, { prefix: '/teams/:team' });
}
