import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '../../scripts/postgres.ts';
import type { Options } from '../options.ts';
import { residentOf } from '../servers.ts';
import { type Outcome, sendStream, showStatuses, wrongPasswords } from '../storm/streams.ts';
import { figures, type Section } from '../table.ts';
import { createWorld, type World } from '../world.ts';

const storms = [
  { name: 'no storm', perSecond: 0, sources: 0 },
  { name: '100/s from 250 sources', perSecond: 100, sources: 250 },
  { name: '500/s from 250 sources', perSecond: 500, sources: 250 },
  { name: '500/s from one source', perSecond: 500, sources: 1 },
  { name: 'after the storm', perSecond: 0, sources: 0 },
] as const;

export async function measureLoad(options: Options): Promise<Section[]> {
  const cluster = await startPostgres();
  try {
    return [await onEngine(options, 'SQLite', undefined), await onEngine(options, 'PostgreSQL', cluster.url)];
  } finally {
    await cluster.stop();
  }
}

async function onEngine(options: Options, engine: string, databaseUrl: string | undefined): Promise<Section> {
  const env = { WARIFU_TRUSTED_PROXIES: '127.0.0.1/32' };
  await using world = await createWorld({ sessions: 1000, core: undefined, env, ...(databaseUrl && { databaseUrl }) });
  await sendStream({ requests: world.signIns, perSecond: 10, seconds: 4 });
  const rows = [];
  for (const storm of storms) {
    const { gets, signIns, attempts } = await phase(world, storm, options.seconds);
    rows.push([
      storm.name,
      figures(gets.p50),
      figures(gets.p99),
      figures(gets.max),
      (gets.well * 100).toFixed(1),
      (signIns.well * 100).toFixed(1),
      figures(signIns.p95),
      showStatuses(signIns),
      attempts ? showStatuses(attempts) : '',
      attempts ? figures(attempts.p50) : '',
      figures(residentOf(world.server.pid)),
    ]);
    console.error(rows.at(-1)?.join(' | '));
    await wait(2000);
  }
  const header = [
    'storm',
    'GET p50',
    'p99',
    'max',
    'ok %',
    'sign-ins well %',
    'p95',
    'statuses',
    'attempts',
    'p50',
    'MB',
  ];
  return { title: `A storm of wrong passwords, ${engine}`, notes: [], rows: [header, ...rows] };
}

async function phase(
  world: World,
  { perSecond, sources }: { perSecond: number; sources: number },
  seconds: number,
): Promise<{ gets: Outcome; signIns: Outcome; attempts: Outcome | undefined }> {
  const { url } = world.server;
  const [gets, signIns, attempts] = await Promise.all([
    sendStream({ requests: world.calls.sam, perSecond: 200, seconds }),
    sendStream({ requests: world.signIns, perSecond: 2, seconds }),
    perSecond === 0
      ? undefined
      : sendStream({ requests: wrongPasswords(url, 'OP0000000001', sources), perSecond, seconds: seconds + 1 }),
  ]);
  return { gets, signIns, attempts };
}
