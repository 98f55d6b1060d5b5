import { Agent, type ClientRequest, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Requests, variantOf } from '../requests.ts';

/** Requests that are sent at a rate, whether those before were answered or not. */
export type Stream = { readonly requests: Requests; readonly perSecond: number; readonly seconds: number };

/** When an answer came, counted from when its request was due, and its status; 0 when none came in time. */
export type Told = { readonly status: number; readonly milliseconds: number };

/** No request waits longer for its answer. */
const longestWait = 20_000;
const tick = 1;

/**
 * Sends an open loop: a server that falls behind gets no rest, and what waits for a socket counts as waiting. It is a
 * program of its own, so that one stream does not wait for another: a `Stream` on its standard input, what was told on
 * its output, as JSON.
 */
async function send({ requests, perSecond, seconds }: Stream): Promise<Told[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const begun = performance.now();
  const total = Math.round(perSecond * seconds);
  const answers: Promise<Told>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * perSecond));
      while (answers.length < due) answers.push(sendOne(requests, answers.length, begun, agent, perSecond));
      if (answers.length < total) return;
      clearInterval(timer);
      resolve();
    }, tick);
  });
  const told = await Promise.all(answers);
  agent.destroy();
  return told;
}

function sendOne(requests: Requests, i: number, begun: number, agent: Agent, perSecond: number): Promise<Told> {
  const { method, path, headers, body = '' } = variantOf(requests, i % requests.variants);
  const due = begun + (i / perSecond) * 1000;
  const length = method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {};
  return new Promise((resolve) => {
    const end = (status: number) => resolve({ status, milliseconds: performance.now() - due });
    const sent: ClientRequest = request(requests.url + path, { method, agent, headers: { ...headers, ...length } });
    const timer = setTimeout(() => sent.destroy(new Error('too late')), longestWait);
    sent.once('error', () => {
      clearTimeout(timer);
      end(0);
    });
    sent.once('response', (response) => {
      response.resume().once('close', () => {
        clearTimeout(timer);
        end(response.complete ? (response.statusCode ?? 0) : 0);
      });
    });
    sent.end(body);
  });
}

process.stdout.write(JSON.stringify(await send(JSON.parse(await text(process.stdin)) as Stream)));
