import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import { guards, verifyAssertion } from '../../src/express.ts';
import type { Spelled, StartApp } from './app.ts';

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
  startSpelled(app, allow.catalogue());
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, stop };
};

function startSpelled(app: Express, allow: RequestHandler): void {
  const handler = (name: Spelled): [RequestHandler, RequestHandler] => [
    allow,
    ({ warifu }, res) => void res.json({ handler: name, asked: warifu.operation }),
  ];
  app.use((req, _, next) => {
    req.url = req.url.replace('/old/', '/files/');
    next();
  });
  app.get('/files/:name.json', ...handler('exportFile'));
  app.get('/files/r-:name', ...handler('readReport'));
  app.get('/files/:name', ...handler('readFile'));
  app.get('/keys/:id\\:destroy', ...handler('destroyKey'));
  app.get('/keys/:id', ...handler('readKey'));
  app.get('/tree/:a/export', ...handler('exportTree'));
  app.get('/tree/*path', ...handler('readTree'));
  const members = express.Router();
  members.get('/:id.csv', ...handler('exportMember'));
  members.get('/:id', ...handler('readMember'));
  app.use('/teams/:team', members);
}
