import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/postgres.ts';
import { root, start } from '../../scripts/processes.ts';
import { bareHttp, startBare } from '../candidates.ts';
import { serverCore } from '../machine.ts';
import type { Options } from '../options.ts';
import { overHttp } from '../over-http.ts';
import { conditions, pinnedCores, rowsOf } from '../readings.ts';
import { mark, type Requests, type Template, variantOf } from '../requests.ts';
import { product, type Server, startProgram } from '../servers.ts';
import type { Section } from '../table.ts';
import { type Candidate, takeTurns } from '../turns.ts';
import { createWorld, type World } from '../world.ts';

/** What guarded programs and their proxies ask, beside a server that always says yes. */
export async function measureGate(options: Options): Promise<Section[]> {
  await using bare = await startBare();
  // With a body, nginx would not use a connection for the next question.
  await using saysYes = await startProgram({ script: 'bench/bare/yes.ts', core: serverCore });
  await using world = await createWorld({ sessions: 1000, env: behindProxy });
  await using nginx = await startNginx(saysYes, world.server);
  const key = importShop(world, nginx.folder);
  const check = checks(world, key);
  await using same = await startSame(world, key);
  const behind = (name: string, place: string, server: Server) =>
    overHttp({ name, requests: shopping(world, nginx.url, place), server, isRight: (text) => text === 'ok\n' });
  const gate = behind('nginx asking forward-auth', '/gate', world.server);
  const yes = behind('nginx asking a server that says yes', '/yes', saysYes);
  return [
    {
      title: 'The gate, SQLite, 1,000 sessions of SAM users',
      notes: [conditions(options, options.connections, pinnedCores)],
      rows: rowsOf(await takeTurns(bareHttp(bare), [bareSame(world, key, same), check], options)),
    },
    {
      title: 'The gate behind nginx',
      notes: [conditions(options, options.connections, `${pinnedCores}; nginx on all cores`)],
      rows: rowsOf(await takeTurns(yes, [gate], options)),
    },
  ];
}

/** One question with each request. It comes with the shop in the catalogue. */
export function checks(world: World, key: string): Candidate {
  const requests = asked(world, key);
  const isRight = (text: string) => text.includes('"allow"');
  return overHttp({ name: 'check with one question', requests, server: world.server, isRight });
}

/** Bare `node:http` that is sent the questions and always sends one of their answers back, with all its headers. */
async function startSame(world: World, key: string): Promise<Server> {
  const requests = asked(world, key);
  const { path, ...sent } = variantOf(requests, 0);
  const response = await fetch(requests.url + path, sent as RequestInit);
  const isOwn = (name: string) => !['connection', 'content-length', 'date', 'keep-alive'].includes(name);
  const headers = [...response.headers].filter(([name]) => isOwn(name)).flat();
  const env = { SAME: JSON.stringify({ headers, answer: await response.json() }) };
  return startProgram({ script: 'bench/bare/same.ts', env, core: serverCore });
}

function bareSame(world: World, key: string, server: Server): Candidate {
  const requests = { ...asked(world, key), url: server.url };
  return overHttp({
    name: 'the same bytes by bare node:http',
    requests,
    server,
    isRight: (t) => t.includes('"allow"'),
  });
}

/** What nginx asks for a page, without nginx. */
export function forwarded({ calls, server }: World): Candidate {
  const templates = calls.sam.templates.map(
    (one, i): Template => ({
      ...one,
      path: '/api/authz/auth-request',
      headers: {
        ...one.headers,
        'x-original-method': 'GET',
        'x-original-url': `http://localhost/shops/user${i}`,
        'x-forwarded-for': '192.0.2.10',
      },
    }),
  );
  const requests = { ...calls.sam, url: server.url, templates };
  return overHttp({ name: 'forward-auth', requests, server, isRight: () => true });
}

/** @returns a gate key */
export function importShop(world: World, folder: string): string {
  const file = join(folder, 'shop.json');
  // As the permissions of the users allow each its own.
  const operation = { get: { tags: ['User'], operationId: 'listShop' } };
  writeFileSync(file, JSON.stringify({ openapi: '3.0.0', paths: { '/shops/{user_name}': operation } }));
  host(world, ['catalogue', 'import', file, '--name', 'shop', '--json']);
  return host(world, ['gate-key', 'create', '--name', 'bench', '--json']).gateKey ?? '';
}

/** The gate believes what the proxy on this machine says. */
export const behindProxy = { WARIFU_TRUSTED_PROXIES: '127.0.0.1/32' };

/** Runs a host command beside the server. */
function host({ env }: World, args: readonly string[]): Record<string, string> {
  const command = [join(root, product.script), ...args];
  const { stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  if (!stdout.startsWith('{')) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}

/** Each session about a call of its own user. */
function asked({ calls, server }: World, key: string): Requests {
  const templates = calls.sam.templates.map(({ headers }, i): Template => {
    const credential = { apiKey: headers['x-soracom-api-key'], token: headers['x-soracom-token'] };
    const questions = [{ httpMethod: 'GET', requestPath: `/shops/user${i}`, sourceIp: '192.0.2.10' }];
    return {
      method: 'POST',
      path: '/v1/authz/check',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      // The number of the session is filled in later.
      body: JSON.stringify({ credential, questions }).replaceAll('\\u0001', mark),
    };
  });
  return { ...calls.sam, url: server.url, templates };
}

function shopping({ calls }: World, url: string, place: string): Requests {
  const templates = calls.sam.templates.map((one, i): Template => ({ ...one, path: `${place}/shops/user${i}` }));
  return { ...calls.sam, url, templates };
}

type Nginx = { readonly url: string; readonly folder: string } & AsyncDisposable;

/** The same page at two places: each asks another server before it is sent. */
async function startNginx(yes: Server, warifu: Server): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-bench-nginx-'));
  // Its workers are another user when root starts it.
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(join(folder, 'ok'), 'ok\n');
  const asking = (name: string, path: string) => `
    location /${name}/ { auth_request /ask-${name}; try_files /ok =404; }
    location = /ask-${name} {
      internal;
      proxy_pass http://${name}${path};
      proxy_http_version 1.1;
      proxy_pass_request_body off;
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URL http://$http_host$shop;
      proxy_set_header X-Forwarded-For $remote_addr;
    }`;
  const upstream = (name: string, { url }: Server) =>
    `upstream ${name} { server ${new URL(url).host}; keepalive 64; keepalive_requests 1000000; }`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log crit;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; default_type text/plain;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  map $request_uri $shop { ~^/(?:gate|yes)(?<rest>/.*)$ $rest; default $request_uri; }
  ${upstream('gate', warifu)} ${upstream('yes', yes)}
  server {
    listen 127.0.0.1:${port}; root ${folder};
    ${asking('gate', '/api/authz/auth-request')} ${asking('yes', '/')}
  }
}`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const child = start('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, folder, [Symbol.asyncDispose]: stop };
}
