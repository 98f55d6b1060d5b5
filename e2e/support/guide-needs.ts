import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages } from '../../scripts/package-build.ts';
import { type Cluster, startPostgres } from '../../scripts/postgres.ts';
import { setUp } from './api.ts';
import { createDatabase } from './database.ts';
import type { Need, Stage } from './guide.ts';
import { serverEnv, startServer, temporaryFolder } from './server.ts';
import { startSmtp } from './smtp.ts';

/** What guides may need. */
export const needs = { server, command, postgres, host } as const;

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
    const options = { smtpUrl: smtp.url, ...(database === 'postgres' ? { databaseUrl: createDatabase() } : {}) };
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

let installed: string | undefined;

/** `npx warifu` works in the folder: the packed package, installed there. */
async function command({ folder }: Stage): Promise<void> {
  installed ??= install();
  symlinkSync(join(installed, 'node_modules'), join(folder, 'node_modules'));
}

function install(): string {
  const place = temporaryFolder('installed');
  const env = serverEnv(0, place);
  const npm = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: place, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stderr}`);
    return stdout;
  };
  writeFileSync(join(place, 'package.json'), '{"private":true}');
  const packed = npm('pack', packages.warifu, '--json');
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  npm('install', '--prefer-offline', '--no-audit', '--no-fund', join(place, filename));
  return place;
}

/** A PostgreSQL of its own, to which `psql` and its siblings connect as the superuser `postgres`. */
async function postgres(stage: Stage): Promise<void> {
  const cluster: Cluster = await startPostgres();
  stage.stops.push(() => cluster.stop());
  const { hostname, port, username } = new URL(cluster.url);
  Object.assign(stage.env, { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: 'postgres' });
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
