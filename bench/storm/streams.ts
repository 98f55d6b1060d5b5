import { text } from 'node:stream/consumers';
import { root, start } from '../../scripts/processes.ts';
import { mark, type Requests, type Template } from '../requests.ts';
import { quantile } from '../statistics.ts';
import type { Stream, Told } from './send.ts';

/** What came of a stream: how many of each status, and the times of those that were answered, in milliseconds. */
export type Outcome = {
  readonly sent: number;
  readonly statuses: ReadonlyMap<number, number>;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Share of what was sent that was answered with 2xx within two seconds, 0–1. */
  readonly well: number;
};

/** Sends a stream from a process of its own. */
export async function sendStream(stream: Stream): Promise<Outcome> {
  const child = start(process.execPath, [`${root}/bench/storm/send.ts`], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (!child.stdin || !child.stdout) throw new Error('no pipes');
  child.stdin.end(JSON.stringify(stream));
  return outcomeOf(JSON.parse(await text(child.stdout)) as Told[]);
}

function outcomeOf(told: readonly Told[]): Outcome {
  const statuses = new Map<number, number>();
  for (const { status } of told) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const times = told.map(({ milliseconds }) => milliseconds);
  const well = told.filter(({ status, milliseconds }) => status >= 200 && status < 300 && milliseconds <= 2000);
  return {
    sent: told.length,
    statuses,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    well: well.length / told.length,
  };
}

/** `401 × 812, 429 × 13,200`. */
export function showStatuses({ statuses }: Outcome): string {
  const sorted = [...statuses].sort(([a], [b]) => a - b);
  return sorted.map(([status, count]) => `${status || 'none'} × ${count.toLocaleString('en')}`).join(', ');
}

/** A body that somebody sends again and again, each time with another number, from so many sources in turn. */
export function fromSources(url: string, path: string, body: object, sources: number): Requests {
  const templates = Array.from({ length: sources }, (_, i) => post(path, JSON.stringify(body).replace('#', mark), i));
  return { url, templates, variants: 10_000_000 };
}

/** Bodies that are sent in turn, from so many sources; each body comes from another one than the bodies beside it. */
export function sendEach(url: string, path: string, bodies: readonly object[], sources: number): Requests {
  const sourceOf = (i: number) => (i + Math.floor(i / sources)) % sources;
  const templates = bodies.map((body, i) => post(path, JSON.stringify(body), sourceOf(i)));
  return { url, templates, variants: 10_000_000 };
}

function post(path: string, body: string, source: number): Template {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': `198.18.${source >> 8}.${source & 255}` };
  return { method: 'POST', path, headers, body };
}
