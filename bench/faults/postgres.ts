import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from '../../scripts/postgres.ts';
import { startPostgres } from '../../scripts/postgres.ts';
import { type Hole, type SwallowingProxy, startSwallowingProxy } from '../../server/test/support/swallowing-proxy.ts';
import { type Finding, findingOf } from './finding.ts';
import { startLoad } from './load.ts';
import { startTarget, type Target } from './target.ts';

type Scene = {
  readonly cluster: Cluster;
  /** Of PostgreSQL itself, not of the way to it. */
  readonly port: number;
  readonly proxy: SwallowingProxy;
  readonly admin: (statement: string) => Promise<void>;
};

const seconds = 1000;
const deadlock = '40P01';
const everyWay = ['to the server', 'to the client'] as const;

/** One round of each fault; the database is whole again when it ends. */
const faults: Record<string, (scene: Scene) => Promise<void>> = {
  'PostgreSQL killed, back after 1 s': ({ cluster }) => cluster.crash(seconds),
  'every connection ended by PostgreSQL': ({ admin }) =>
    admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'warifu'"),
  'every connection cut': async ({ proxy }) => proxy.cut(),
  'connections silent, new ones work': ({ proxy }) => silent(proxy, { directions: everyWay, after: 0, fresh: false }),
  'answers lost, new connections work': ({ proxy }) =>
    silent(proxy, { directions: ['to the client'], after: 200, fresh: false }),
  'silent for 10 s, new connections too': ({ proxy }) => silent(proxy, { directions: everyWay, after: 0, fresh: true }),
  'each packet 0.5 s late, for 10 s': async ({ proxy }) => {
    proxy.slow(seconds / 2);
    await delay(10 * seconds);
    proxy.slow(0);
  },
  'read-only for 5 s': async ({ admin }) => {
    await admin('alter database warifu set default_transaction_read_only = on');
    await admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'warifu'");
    await delay(5 * seconds);
    await admin('alter database warifu reset default_transaction_read_only');
    await admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'warifu'");
  },
  'tables locked for 5 s': async ({ admin }) => {
    const lock = 'begin; lock table users, sessions in access exclusive mode; select pg_sleep(5); commit';
    // Whoever takes them the other way round may win the first time.
    for (;;) {
      try {
        return await admin(lock);
      } catch (error) {
        if ((error as pg.DatabaseError).code !== deadlock) throw error;
      }
    }
  },
};

async function silent(proxy: SwallowingProxy, hole: Hole): Promise<void> {
  proxy.open(hole);
  await delay(10 * seconds);
  proxy.close();
}

/** Faults of PostgreSQL and of the way to it, under load. */
export async function tryPostgres(rounds: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [fault, run] of Object.entries(faults)) {
    console.error(`  ${fault} …`);
    findings.push(await withScene({ fault, run, rounds }));
  }
  return findings;
}

type Fault = { readonly fault: string; readonly run: (scene: Scene) => Promise<void>; readonly rounds: number };

async function tryFault(scene: Scene, target: Target, { fault, run, rounds }: Fault): Promise<Finding> {
  const load = await startLoad([target.url], target.accounts);
  await delay(2 * seconds);
  const since = performance.now();
  for (let round = 0; round < rounds; round++) {
    await run(scene);
    const { acknowledged } = load.ledger;
    while (load.ledger.acknowledged < acknowledged + 20) await delay(50);
    await delay(seconds);
  }
  return await findingOf(load, target, { fault, rounds, since });
}

/** Tries a fault of a PostgreSQL and a server that are made for it. */
export async function withScene(fault: Fault): Promise<Finding> {
  const cluster = await startPostgres();
  const on = async (database: string, statement: string) => {
    const url = new URL(cluster.url);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await on('postgres', 'create database warifu');
  const url = new URL(cluster.url);
  const port = Number(url.port);
  const proxy = await startSwallowingProxy(port);
  url.port = String(proxy.port);
  url.pathname = '/warifu';
  let target: Target | undefined;
  try {
    target = await startTarget({ databaseUrl: url.toString() });
    const admin = (statement: string) => on(statement.startsWith('begin') ? 'warifu' : 'postgres', statement);
    return await tryFault({ cluster, port, proxy, admin }, target, fault);
  } finally {
    await target?.stop();
    await proxy.stop();
    await cluster.stop();
  }
}
