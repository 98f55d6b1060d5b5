import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packages } from '../../scripts/package-build.ts';
import { postgresBin } from '../../scripts/system-packages.ts';
import { setUp } from './api.ts';
import { createDatabase } from './database.ts';
import type { Need, Stage } from './guide.ts';
import { nextPort } from './ports.ts';
import { serverEnv, startServer, temporaryFolder } from './server.ts';
import { startSmtp } from './smtp.ts';

/** What guides may need. */
export const needs = { server, metrics, command, release, postgres, host, certificate, nginx, caddy } as const;

/** The root user of guides, without MFA. */
const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

/**
 * A server that runs, on SQLite or PostgreSQL, with SMTP and a root user: `BASE`, `EMAIL`, `PASSWORD`, and the settings
 * of the server, so that host commands work beside it. Links of mails are typed where the guide reads one.
 */
function server(database: 'sqlite' | 'postgres' = 'sqlite'): Need {
  return async (stage) => {
    const smtp = await startSmtp();
    stage.stops.push(() => smtp.stop());
    const env = Object.fromEntries(Object.entries(stage.env).filter(([name]) => name.startsWith('WARIFU_')));
    const options = { smtpUrl: smtp.url, env, ...(database === 'postgres' ? { databaseUrl: createDatabase() } : {}) };
    const running = await startServer(options);
    stage.stops.push(() => running.stop());
    await setUp(running.baseUrl, running.setupLink(), owner);
    // Where the guide says "read LINK", the reader pastes the link of the mail that has just come.
    stage.typed.push(() =>
      smtp.mails
        .splice(0)
        .map((mail) => /https?:\/\/\S+\/(?:mfa\/reset\/verify|password\/reset)#\S+/.exec(mail.text)?.[0])
        .filter((link) => link !== undefined)
        .map((link) => `${link}\n`)
        .join(''),
    );
    const settings = Object.entries(serverEnv(running.port, running.dataDir, options));
    const ours = settings.filter((setting): setting is [string, string] => setting[0].startsWith('WARIFU_'));
    Object.assign(stage.env, Object.fromEntries(ours));
    Object.assign(stage.env, { BASE: running.baseUrl, EMAIL: owner.email, PASSWORD: owner.password });
  };
}

/** A port for metrics, of the server that comes after it: `WARIFU_METRICS_PORT`. */
async function metrics(stage: Stage): Promise<void> {
  stage.env['WARIFU_METRICS_PORT'] = String(await nextPort());
}

let installed: Promise<string> | undefined;

/** `npx warifu` works in the folder: the packed package, installed there. */
async function command({ folder }: Stage): Promise<void> {
  installed ??= pack().then((tarball) => {
    writeFileSync(join(dirname(tarball), 'package.json'), '{"private":true}');
    npm(dirname(tarball), 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball);
    return dirname(tarball);
  });
  symlinkSync(join(await installed, 'node_modules'), join(folder, 'node_modules'));
}

let packed: Promise<string> | undefined;

/** The packed package lies in the folder, and what it needs in npm's cache. */
async function release(stage: Stage): Promise<void> {
  const tarball = await pack();
  symlinkSync(tarball, join(stage.folder, basename(tarball)));
  stage.env['npm_config_offline'] = 'true';
}

async function pack(): Promise<string> {
  packed ??= Promise.resolve(temporaryFolder('packed')).then((place) => {
    const [{ filename }] = JSON.parse(npm(place, 'pack', packages.warifu, '--json')) as [{ filename: string }];
    return join(place, filename);
  });
  return packed;
}

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env: serverEnv(0, cwd), encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

/**
 * A host of its own: nothing that the guide writes to /etc, /opt, /srv or /var/lib stays, no port is taken, and what it
 * starts ends with it. `id.example.com` is this host. Needs root.
 */
async function host(stage: Stage): Promise<void> {
  stage.within.push('unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc');
  stage.before.push(`
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/var
cp -a /etc /mnt/etc
for folder in nginx caddy; do if [ -d /var/lib/$folder ]; then cp -a /var/lib/$folder /mnt/var; fi; done
mount --bind /mnt/etc /etc
mount --bind /mnt/var /var/lib
for folder in /opt /srv; do mount -t tmpfs tmpfs "$folder"; done
echo '127.0.0.1 id.example.com' >> /etc/hosts
ip link set lo up`);
}

/** A certificate for `id.example.com` at the place that guides name, which `curl` trusts. Comes after `host`. */
async function certificate(stage: Stage): Promise<void> {
  const folder = '/etc/ssl/id.example.com';
  const options = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=id.example.com';
  stage.before.push(`
mkdir ${folder}
openssl req ${options} -addext subjectAltName=DNS:id.example.com -out ${folder}/fullchain.pem -keyout ${folder}/privkey.pem 2>&1
chmod 755 ${folder}
chmod 644 ${folder}/*`);
  stage.env['CURL_CA_BUNDLE'] = `${folder}/fullchain.pem`;
}

/** nginx runs, as Debian installs it. Comes after `host`. */
async function nginx({ before }: Stage): Promise<void> {
  before.push('nginx');
}

/** Caddy runs, as Debian installs it. Comes after `host`. */
async function caddy({ before }: Stage): Promise<void> {
  before.push('caddy start --config /etc/caddy/Caddyfile > caddy.log 2>&1');
}

/** PostgreSQL runs; `psql` and its siblings connect as the superuser `postgres`. Comes after `host`. */
async function postgres({ before, env }: Stage): Promise<void> {
  const as = 'setpriv --reuid=postgres --regid=postgres --init-groups';
  const bin = postgresBin();
  before.push(`
install -d -o postgres -g postgres /mnt/postgres
${as} ${bin}/initdb -D /mnt/postgres/data -U postgres --auth-local=trust --auth-host=scram-sha-256 --no-sync > initdb.log
${as} ${bin}/pg_ctl -D /mnt/postgres/data -o '-k /mnt/postgres' -l /mnt/postgres/log -w start > /dev/null`);
  Object.assign(env, { PGHOST: '/mnt/postgres', PGUSER: 'postgres', PGDATABASE: 'postgres' });
}
