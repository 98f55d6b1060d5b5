import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asServer, freePort } from '../postgres.ts';
import { start } from '../processes.ts';
import { type Node, programAt } from './database.ts';
import { quiet, until } from './wait.ts';

export type Front = { readonly port: number; readonly stop: () => void };

/** HAProxy: one address that always leads to the primary, as Patroni tells which it is. */
export async function startHaproxy(folder: string, nodes: readonly Node[]): Promise<Front> {
  const port = await freePort();
  const servers = nodes.map(({ name, port: at, api }) => `  server ${name} 127.0.0.1:${at} check port ${api}`);
  const lines = [
    'global',
    '  maxconn 1000',
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 30m',
    '  timeout server 30m',
    '  timeout check 2s',
    'listen primary',
    `  bind 127.0.0.1:${port}`,
    '  option httpchk OPTIONS /primary',
    '  http-check expect status 200',
    // A node that is no longer the primary must not go on answering those who are connected to it.
    '  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions',
    ...servers,
  ];
  const file = written(folder, 'haproxy.cfg', lines);
  return running([programAt('haproxy'), '-db', '-f', file], folder, 'haproxy', port);
}

/** PgBouncer in transaction mode: many connections of servers on few of PostgreSQL. */
export async function startPgbouncer(folder: string, primary: number): Promise<Front> {
  const port = await freePort();
  const users = written(folder, 'pgbouncer-users.txt', ['"warifu" ""']);
  const lines = [
    '[databases]',
    `warifu = host=127.0.0.1 port=${primary} dbname=warifu`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    'max_client_conn = 500',
    'default_pool_size = 20',
    'server_connect_timeout = 3',
    'server_login_retry = 1',
    // Shorter than a server waits: a request asks for more than one thing.
    'query_wait_timeout = 2',
    // The connections that a node which is gone leaves behind are given up after as long as a server waits.
    'query_timeout = 6',
    'tcp_user_timeout = 5000',
  ];
  const file = written(folder, 'pgbouncer.ini', lines);
  const [command, ...args] = asServer([programAt('pgbouncer'), file]).flat();
  return running([command as string, ...args], folder, 'pgbouncer', port);
}

/** nginx in front of all servers; and a port for each of them, for who wants to ask that one. */
export async function startNginx(
  folder: string,
  port: number,
  servers: readonly number[],
): Promise<Front & { each: number[] }> {
  const each: number[] = [];
  for (const _ of servers) each.push(await freePort());
  const toUpstream = (listen: number, upstream: string) => [
    `  server { listen 127.0.0.1:${listen}; location / {`,
    `    proxy_pass http://${upstream}; proxy_http_version 1.1; proxy_connect_timeout 2s; proxy_read_timeout 15s;`,
    `    proxy_set_header Connection ""; proxy_set_header Host localhost:${port};`,
    '    proxy_set_header X-Forwarded-For $remote_addr;',
    '  } }',
  ];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${folder}/nginx-${name};`,
  );
  const lines = [
    'daemon off; worker_processes 1;',
    `pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;`,
    'events { worker_connections 1000; }',
    'http {',
    '  access_log off;',
    ...temporary,
    `  upstream warifu { ${servers.map((at) => `server 127.0.0.1:${at} max_fails=1 fail_timeout=2s;`).join(' ')} keepalive 32; }`,
    ...toUpstream(port, 'warifu'),
    ...servers.flatMap((at, i) => toUpstream(each[i] ?? 0, `127.0.0.1:${at}`)),
    '}',
  ];
  const file = written(folder, 'nginx.conf', lines);
  const front = await running([programAt('nginx'), '-e', `${folder}/nginx.log`, '-c', file], folder, 'nginx', port);
  return { ...front, each };
}

function written(folder: string, name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function running(command: readonly string[], folder: string, name: string, port: number): Promise<Front> {
  const child: ChildProcess = start(command[0] as string, command.slice(1), quiet(join(folder, `${name}.out`)));
  await until(name, async () => {
    if (child.exitCode !== null)
      throw new Error(`${name} ended with code ${child.exitCode}: see ${folder}/${name}.out`);
    return await listens(port);
  });
  return { port, stop: () => void child.kill('SIGTERM') };
}

async function listens(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
