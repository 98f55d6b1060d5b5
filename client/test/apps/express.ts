import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { guards, verifyAssertion } from '../../src/express.ts';
import type { StartApp } from './app.ts';

export const startExpress: StartApp = async (gate, assertion) => {
  const app = express();
  const allow = guards(gate);
  app.get(
    '/orders/:id',
    allow.operation('Order:getOrder'),
    ({ warifu, params }, res) => void res.json({ ...warifu, id: params.id }),
  );
  app.get('/described/export', allow.catalogue(), (_, res) => void res.json({ exported: true }));
  app.get('/described/:id', allow.catalogue(), ({ warifu }, res) => void res.json(warifu));
  app.get('/undescribed', allow.catalogue(), (_, res) => void res.json({}));
  app.get('/me', allow.signedIn(), ({ warifu }, res) => void res.json(warifu));
  app.get('/behind', verifyAssertion(assertion), ({ warifuAssertion }, res) => void res.json(warifuAssertion));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, stop };
};
