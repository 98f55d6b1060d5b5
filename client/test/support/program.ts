// A program that was given the published client, and nothing else of ours: `package.test.ts` checks its types and runs it.
import { createClient, type ErrorCode, WarifuError } from '@warifu/client';
import { guards as expressGuards } from '@warifu/client/express';
import { guards as fastifyGuards } from '@warifu/client/fastify';
import { guards as honoGuards } from '@warifu/client/hono';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';

const client = createClient({ url: 'http://127.0.0.1:1', retries: 0 });
const said: unknown[] = [];
try {
  const { status, backupCodes } = await client.mfa.status({ operatorId: 'OP0000000000' });
  const word: 'ACTIVE' | 'INACTIVE' | 'UNCONFIRMED' = status;
  said.push(word, backupCodes?.createdAt);
  // @ts-expect-error: the contract knows no such member
  await client.call('getMFAStatus', { operator_id: 'OP0000000000', password: '' });
  // @ts-expect-error: the contract knows no such operation
  await client.call('getMfaState', {});
} catch (error) {
  if (!(error instanceof WarifuError)) throw error;
  const code: ErrorCode | 'NETWORK' | 'TIMEOUT' | 'UNEXPECTED' = error.code;
  said.push(code);
}

const options = { url: 'https://id.example.com', gateKey: 'warifu_gate_none' };

const hono = new Hono();
hono.get('/', honoGuards(options).operation('Order:list'), (c) => c.text(c.get('warifu').identity.userName));
said.push((await hono.request('/')).status);

const server = express()
  .get('/', expressGuards(options).operation('Order:list'), (req, res) => void res.send(req.warifu.identity.userName))
  .listen(0);
await new Promise((resolve) => server.once('listening', resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
said.push((await fetch(`http://localhost:${port}/`)).status);
server.close();

const app = fastify();
app.get('/', { onRequest: fastifyGuards(options).operation('Order:list') }, async (request) => {
  return request.warifu.identity.userName;
});
said.push((await app.inject('/')).statusCode);

console.log(said.join(' '));
