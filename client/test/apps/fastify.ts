import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { guards, verifyAssertion } from '../../src/fastify.ts';
import type { StartApp } from './app.ts';

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
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, stop: () => app.close() };
};
