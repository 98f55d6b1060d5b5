import { type ChildProcess, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asServer, freePort } from '../postgres.ts';
import { start } from '../processes.ts';
import { onPath, postgresBin } from '../system-packages.ts';
import { quiet, until } from './wait.ts';

/** A PostgreSQL that Patroni runs. */
export type Node = {
  readonly name: string;
  readonly port: number;
  /** Where Patroni says what this node is: `GET /primary` is 200 on the primary alone. */
  readonly api: number;
  readonly data: string;
  /** Starts Patroni, and with it PostgreSQL; does nothing when it runs. */
  readonly start: () => void;
  /** Kills Patroni and PostgreSQL at once, as a machine that loses its power. */
  readonly kill: () => Promise<void>;
  /** Kills PostgreSQL alone; Patroni lives. */
  readonly killPostgres: () => void;
};

export type Database = { readonly nodes: readonly Node[]; readonly stop: () => Promise<void> };

/** One etcd and three PostgreSQL under Patroni: a primary, a synchronous standby, and one that takes its place. */
export async function startDatabase(folder: string): Promise<Database> {
  const etcd = await startEtcd(folder);
  const nodes: Node[] = [];
  for (const name of ['node1', 'node2', 'node3']) nodes.push(await makeNode(folder, name, etcd.port));
  // The first one makes the database; the others copy it.
  nodes[0]?.start();
  await primaryOf(nodes);
  for (const node of nodes) node.start();
  await until('a synchronous standby', async () => (await standbysOf(nodes)) >= 1, 120_000);
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    etcd.child.kill('SIGKILL');
  };
  return { nodes, stop };
}

/** The node that may write now. */
export async function primaryOf(nodes: readonly Node[]): Promise<Node> {
  return await until('a primary', async () => {
    const answers = await Promise.all(nodes.map(({ api }) => says(api, 'primary')));
    return nodes[answers.indexOf(true)];
  });
}

/** How many standbys confirm a commit before it is acknowledged. */
async function standbysOf(nodes: readonly Node[]): Promise<number> {
  return (await Promise.all(nodes.map(({ api }) => says(api, 'synchronous')))).filter(Boolean).length;
}

/** Waits until every node follows the primary, and one of them synchronously. */
export async function untilWhole(nodes: readonly Node[]): Promise<void> {
  const roles = ['primary', 'replica', 'synchronous'];
  await until(
    'three nodes, one of them a synchronous standby',
    async () => {
      const counts = roles.map(
        async (role) => (await Promise.all(nodes.map(({ api }) => says(api, role)))).filter(Boolean).length,
      );
      const [primaries, replicas = 0, synchronous = 0] = await Promise.all(counts);
      return primaries === 1 && replicas === nodes.length - 1 && synchronous >= 1;
    },
    180_000,
  );
}

async function says(api: number, role: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${api}/${role}`, { signal: AbortSignal.timeout(1000) }).catch(() => {});
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

async function startEtcd(folder: string): Promise<{ port: number; child: ChildProcess }> {
  const [port, peer] = [await freePort(), await freePort()];
  const urls = { client: `http://127.0.0.1:${port}`, peer: `http://127.0.0.1:${peer}` };
  const args = [
    ['--name', 'etcd1', '--data-dir', join(folder, 'etcd')],
    ['--listen-client-urls', urls.client, '--advertise-client-urls', urls.client],
    ['--listen-peer-urls', urls.peer, '--initial-advertise-peer-urls', urls.peer],
    ['--initial-cluster', `etcd1=${urls.peer}`],
  ].flat();
  const child = start(...asServer([programAt('etcd'), ...args]), quiet(join(folder, 'etcd.log')));
  await until('etcd', () =>
    fetch(`${urls.client}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { port, child };
}

async function makeNode(folder: string, name: string, etcd: number): Promise<Node> {
  const [port, api] = [await freePort(), await freePort()];
  const data = join(folder, name);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(patroni({ folder, name, data, port, api, etcd }), null, 2));
  let child: ChildProcess | undefined;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const killPostgres = () => {
    // Patroni's PostgreSQL is in a session of its own; its number is the first line of this file.
    spawnSync('sh', ['-c', `kill -9 "$(head -1 '${join(data, 'postmaster.pid')}')"`]);
  };
  return {
    name,
    port,
    api,
    data,
    start: () => {
      if (isRunning()) return;
      child = start(...asServer([programAt('patroni'), file]), quiet(join(folder, `${name}.log`)));
    },
    kill: async () => {
      if (!isRunning()) return;
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGKILL');
      killPostgres();
      await gone;
    },
    killPostgres,
  };
}

type Place = { folder: string; name: string; data: string; port: number; api: number; etcd: number };

/** Patroni reads YAML, of which JSON is a part. */
function patroni({ folder, name, data, port, api, etcd }: Place) {
  const trusted = ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'];
  return {
    scope: 'warifu',
    name,
    restapi: { listen: `127.0.0.1:${api}`, connect_address: `127.0.0.1:${api}` },
    etcd3: { hosts: `127.0.0.1:${etcd}` },
    bootstrap: {
      dcs: {
        // A primary that is gone is replaced after at most `ttl` seconds; less is not possible.
        ttl: 20,
        loop_wait: 2,
        retry_timeout: 5,
        // A PostgreSQL that crashed is not waited for: the standby has everything that was acknowledged.
        master_start_timeout: 0,
        synchronous_mode: true,
        // Without a standby nothing is acknowledged, rather than acknowledged and lost.
        synchronous_mode_strict: true,
        postgresql: {
          use_pg_rewind: true,
          parameters: { max_connections: 100, wal_log_hints: 'on', wal_keep_size: '256MB', shared_buffers: '32MB' },
        },
      },
      initdb: [{ encoding: 'UTF8' }, 'no-locale', 'data-checksums'],
      pg_hba: trusted,
    },
    postgresql: {
      listen: `127.0.0.1:${port}`,
      connect_address: `127.0.0.1:${port}`,
      data_dir: data,
      bin_dir: postgresBin(),
      pgpass: join(folder, `${name}.pgpass`),
      parameters: { unix_socket_directories: folder },
      authentication: {
        superuser: { username: 'postgres' },
        replication: { username: 'replicator' },
        rewind: { username: 'postgres' },
      },
    },
  };
}

/** @throws Error that names the package of Debian that brings the program */
export function programAt(name: string): string {
  const found = onPath(name);
  if (found !== undefined) return found;
  const needed = 'patroni etcd-server haproxy pgbouncer nginx postgresql';
  throw new Error(`${name} is missing. On Debian: sudo apt-get install ${needed}`);
}
