import type { Metric } from 'prom-client';
import type { Context } from '../context.ts';
import { families } from './families.ts';
import { stateReader } from './state.ts';

export type Scrape = { readonly type: string; readonly text: string };

/**
 * Makes what is answered to a scrape. The library is loaded with the first one: most servers are never asked. What is
 * counted is counted elsewhere, in plain numbers, and only read here.
 */
export function scraper(ctx: Context): () => Promise<Scrape> {
  const state = stateReader(ctx);
  let registry: ReturnType<typeof register> | undefined;
  return async () => {
    const { prom, read } = await (registry ??= register(ctx));
    read.state = await state();
    return { type: prom.contentType, text: await prom.metrics() };
  };
}

async function register(ctx: Context) {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const prom = new Registry();
  collectDefaultMetrics({ register: prom });
  const read: { state: Awaited<ReturnType<ReturnType<typeof stateReader>>> } = { state: undefined };
  for (const family of families) {
    const { name, help, type } = family;
    const get = async () => ({ name, help, type, values: family.read(ctx, read.state), aggregator: 'sum' });
    prom.registerMetric({ name, help, type, get } as unknown as Metric);
  }
  return { prom, read };
}
