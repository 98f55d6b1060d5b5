import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import type { Context } from '../../context.ts';
import { isTrustedPeer } from '../../http/source-ip.ts';
import { type Way, wayHeader, wayProof } from '../../way.ts';
import { type Finding, failure, ok, warning } from './finding.ts';

const patience = 10_000;
const day = 86_400_000;
/** Certificates that are renewed by themselves are so a month before. */
const soon = 14 * day;
/** Of the documentation (RFC 5737): nobody comes from there. */
const madeUp = '192.0.2.99';

type Answer = {
  readonly status: number;
  readonly body: string;
  readonly own: string;
  readonly validTo: number | undefined;
};

/**
 * Asks the base URL as somebody outside would: whether it leads here, what a proxy makes of the request, and how long its
 * certificate holds.
 */
export async function checkBaseUrl(ctx: Context): Promise<Finding[]> {
  const { baseUrl } = ctx.config;
  let answer: Answer;
  try {
    answer = await ask(`${baseUrl}/readyz?verbose`, {
      [wayHeader]: wayProof(ctx.keys, ctx.now()),
      'x-forwarded-for': madeUp,
    });
  } catch (error) {
    return [unreachable(baseUrl, error as NodeJS.ErrnoException)];
  }
  const page = await ask(`${baseUrl}/.well-known/jwks.json`, {}).catch(() => undefined);
  const way = wayIn(answer.body);
  if (page?.status === 421 && way !== undefined) {
    const todo =
      'Let the proxy pass the name on as it comes. nginx: proxy_set_header Host $http_host; Or correct WARIFU_BASE_URL.';
    return [failure('base URL', `${baseUrl} leads here under another host name.`, todo)];
  }
  if (way === undefined) {
    const todo =
      'Correct WARIFU_BASE_URL, the DNS, or what the proxy passes on to. Settings and key file must be those of the server.';
    return [failure('base URL', `${baseUrl} leads to another server (it answers ${answer.status}).`, todo)];
  }
  return [
    ok('base URL', `${baseUrl} leads to this server.`),
    ...checkWay(ctx, way, answer.own),
    ...checkCertificate(answer),
  ];
}

function wayIn(body: string): Way | undefined {
  try {
    return (JSON.parse(body) as { way?: Way }).way;
  } catch {
    return undefined;
  }
}

/** What a proxy makes of the address; where the connection is ours, there is none. */
function checkWay({ config: { trustedProxies } }: Context, way: Way, own: string): Finding[] {
  const { peer, peerPort, forwardedFor } = way;
  const bare = peer.replace(/^::ffff:/, '');
  if (`${bare} ${peerPort}` === own) return [];
  if (!isTrustedPeer(trustedProxies, peer)) {
    const found = `Everybody seems to come from the proxy ${bare}: it is not trusted.`;
    return [failure('base URL', found, `Set WARIFU_TRUSTED_PROXIES=${bare}/${bare.includes(':') ? 128 : 32}`)];
  }
  const pass = 'nginx: proxy_set_header X-Forwarded-For $remote_addr;';
  if (forwardedFor === undefined) {
    const found = `The proxy ${bare} does not say who asks: everybody seems to come from it.`;
    return [failure('base URL', found, `Let it send X-Forwarded-For. ${pass}`)];
  }
  if (forwardedFor === madeUp) {
    const found = `The proxy ${bare} passes on what clients say of their own address.`;
    return [failure('base URL', found, `Let it write X-Forwarded-For itself. ${pass}`)];
  }
  return [ok('base URL', `The proxy ${bare} says who asks.`)];
}

function checkCertificate({ validTo }: Answer): Finding[] {
  if (validTo === undefined) return [];
  const left = Math.floor((validTo - Date.now()) / day);
  const found = `The certificate holds for ${left} days.`;
  return [
    validTo - Date.now() < soon
      ? warning('base URL', found, 'Renew it, and see why it was not renewed by itself.')
      : ok('base URL', found),
  ];
}

function unreachable(baseUrl: string, { code = '', message }: NodeJS.ErrnoException): Finding {
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code)) {
    const expired = code === 'CERT_HAS_EXPIRED';
    const found = expired
      ? `The certificate of ${baseUrl} has expired.`
      : `The certificate of ${baseUrl} does not hold (${code}).`;
    const todo = expired
      ? 'Renew it, and let the proxy load it.'
      : 'Have the proxy send the whole chain, for this name.';
    return failure('base URL', found, todo);
  }
  const found = `${baseUrl} does not answer from here (${code || message}).`;
  return warning(
    'base URL',
    found,
    'Start the proxy, or correct WARIFU_BASE_URL. If this host may not reach it, ask from another one: curl BASE_URL/readyz',
  );
}

function ask(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Without the common agent: a connection of its own for each, and no proxy of the environment.
    const options: RequestOptions = { agent: false, headers, signal: AbortSignal.timeout(patience) };
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const request = send(url, options, (response) => {
      const { socket } = response;
      const own = `${socket.localAddress?.replace(/^::ffff:/, '')} ${socket.localPort}`;
      const validTo = socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : undefined;
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body, own, validTo }), reject);
    });
    request.once('error', reject).end();
  });
}
