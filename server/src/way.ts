import type { IncomingMessage } from 'node:http';
import type { Context } from './context.ts';
import type { Keys } from './crypto/keys.ts';
import { keyedHash, sameSecret } from './crypto/tokens.ts';

/** Asks the server by what way a request came to it. */
export const wayHeader = 'warifu-way';

/** By what way a request came: who opened the connection, what the request says of itself, and what is believed of it. */
export type Way = {
  readonly peer: string;
  readonly peerPort: number;
  readonly forwardedFor: string | undefined;
  readonly source: string;
};

const minute = 60_000;

/** What shows that a host command of this very installation asks; good for a few minutes. */
export function wayProof({ blind }: Keys, now: number): string {
  const at = Math.floor(now / minute);
  return `${at}.${proofOf(blind, at)}`;
}

/** SECURITY: addresses of the inner network are told to nobody but who holds the key file. */
export function wayOf(ctx: Context, raw: IncomingMessage, source: string): { way?: Way } {
  const [at = '', proof = ''] = String(raw.headers[wayHeader] ?? '').split('.');
  const isNow = Math.abs(Number(at) - ctx.now() / minute) < 5;
  if (!isNow || !sameSecret(proof, proofOf(ctx.keys.blind, Number(at)))) return {};
  const { remoteAddress = '', remotePort = 0 } = raw.socket;
  const forwardedFor = raw.headers['x-forwarded-for'];
  return { way: { peer: remoteAddress, peerPort: remotePort, forwardedFor: forwardedFor?.toString(), source } };
}

function proofOf(key: Uint8Array, at: number): string {
  return keyedHash(key, `way:${at}`);
}
