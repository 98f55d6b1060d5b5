import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../scripts/processes.ts';
import { onPath } from '../scripts/system-packages.ts';
import { installed } from './libraries.ts';
import { pinned } from './machine.ts';
import { digitsOf, type Requests, type Template, variantOf } from './requests.ts';
import type { Shape } from './turns.ts';

/** What came of a closed loop of connections. Latencies in milliseconds. */
export type Load = {
  readonly requests: number;
  readonly perSecond: number;
  /** Bytes of an answer, head and body, on the mean. */
  readonly bytes: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers that were not 2xx or never came. */
  readonly failed: number;
};

/** The name of the generator that `sendLoad` uses on this machine. */
export function loadGenerator(): 'wrk' | 'autocannon' {
  return onPath('wrk') === undefined ? 'autocannon' : 'wrk';
}

/** Keeps every connection busy for the given time. */
export async function sendLoad(requests: Requests, shape: Shape): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-load-'));
  try {
    return loadGenerator() === 'wrk'
      ? await runWrk(requests, shape, join(folder, 'requests'))
      : await runAutocannon(requests, shape, join(folder, 'requests.json'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type WrkResult = Record<'requests' | 'microseconds' | 'bytes' | 'status' | 'socket' | 'p50' | 'p99', number>;

async function runWrk(requests: Requests, { seconds, connections, core }: Shape, file: string): Promise<Load> {
  writeFileSync(file, [requests.variants, ...requests.templates.map((one) => raw(requests.url, one))].join('\0'));
  const shape = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s'];
  const script = ['-s', join(import.meta.dirname, 'wrk.lua'), requests.url, '--', file];
  const result = lastJson<WrkResult>(await run(pinned(core, ['wrk', ...shape, ...script])));
  return {
    requests: result.requests,
    perSecond: result.requests / (result.microseconds / 1e6),
    bytes: result.bytes / result.requests,
    p50: result.p50 / 1000,
    p99: result.p99 / 1000,
    failed: result.status + result.socket,
  };
}

type AutocannonResult = {
  readonly requests: { readonly total: number };
  readonly throughput: { readonly total: number };
  readonly duration: number;
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
};

async function runAutocannon(requests: Requests, { seconds, connections, core }: Shape, file: string): Promise<Load> {
  await installed();
  const variants = Math.min(requests.variants, 2000);
  // Spread over all variants, as the other generator's walk is.
  const at = (i: number) => Math.floor((i * requests.variants) / variants);
  const list = Array.from({ length: variants }, (_, i) => variantOf(requests, at(i)));
  writeFileSync(file, JSON.stringify({ url: requests.url, connections, duration: seconds, requests: list }));
  const script = [join(import.meta.dirname, 'autocannon.ts'), file];
  const result = lastJson<AutocannonResult>(await run(pinned(core, [process.execPath, ...script])));
  return {
    requests: result.requests.total,
    perSecond: result.requests.total / result.duration,
    bytes: result.throughput.total / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

function raw(url: string, { method, path, headers, body = '' }: Template): string {
  // The mark is one byte, the number that replaces it has eight digits.
  const grows = (body.split('\u0001').length - 1) * (digitsOf(0).length - 1);
  const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body) + grows) } : {};
  const lines = Object.entries({ host: new URL(url).host, ...headers, ...length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

async function run([command, args]: [string, string[]]): Promise<string> {
  const { code, output } = await capture(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${output}`);
  return output;
}

function lastJson<T>(output: string): T {
  const line = output
    .trim()
    .split('\n')
    .findLast((candidate) => candidate.startsWith('{'));
  if (!line) throw new Error(`no result in: ${output}`);
  return JSON.parse(line) as T;
}
