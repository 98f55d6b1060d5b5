import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the tests need from the machine; everything else comes with `npm ci`. */
type Need = { what: string; debian: string; present: () => boolean };

const needs: readonly Need[] = [
  { what: 'PostgreSQL 15 or later (server)', debian: 'postgresql', present: () => postgresBin() !== undefined },
  { what: 'Chromium', debian: 'chromium', present: () => onPath('chromium') !== undefined },
  { what: 'nginx', debian: 'nginx', present: () => onPath('nginx') !== undefined },
  { what: 'Caddy', debian: 'caddy', present: () => onPath('caddy') !== undefined },
  { what: 'HAProxy', debian: 'haproxy', present: () => onPath('haproxy') !== undefined },
  { what: 'Buildah', debian: 'buildah', present: () => onPath('buildah') !== undefined },
  { what: 'docker-compose', debian: 'docker-compose', present: () => onPath('docker-compose') !== undefined },
  { what: 'systemd-analyze', debian: 'systemd', present: () => onPath('systemd-analyze') !== undefined },
  { what: 'ip', debian: 'iproute2', present: () => onPath('ip') !== undefined },
  { what: 'OpenSSL', debian: 'openssl', present: () => onPath('openssl') !== undefined },
  { what: 'oathtool', debian: 'oathtool', present: () => onPath('oathtool') !== undefined },
  { what: 'curl', debian: 'curl', present: () => onPath('curl') !== undefined },
  { what: 'zsh', debian: 'zsh', present: () => onPath('zsh') !== undefined },
  { what: 'fontconfig', debian: 'fontconfig', present: () => onPath('fc-list') !== undefined },
  { what: 'a Japanese font', debian: 'fonts-noto-cjk', present: hasJapaneseFont },
];

/** Where a program lies, looking at PATH and the folders of system programs. */
export function onPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** The folder with initdb, postgres and pg_dump of the newest PostgreSQL from 15 on. */
export function postgresBin(): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => versionIn(b) - versionIn(a));
  const elsewhere = onPath('initdb')?.replace(/\/initdb$/, '');
  return [...debian.filter((folder) => versionIn(folder) >= 15), ...(elsewhere ? [elsewhere] : [])].find((folder) =>
    ['initdb', 'postgres', 'pg_dump'].every((program) => isExecutable(join(folder, program))),
  );
}

/** Makes sure of the system packages: installs them as root on Debian, else says which are missing. */
export function ensureSystemPackages(): void {
  const missing = needs.filter((need) => !need.present());
  if (missing.length === 0) return;
  const packages = missing.map((need) => need.debian);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) {
    const list = missing.map((need) => `  - ${need.what}`).join('\n');
    console.error(`The tests need what this machine does not have:\n${list}\nOn Debian or Ubuntu:`);
    console.error(`  sudo apt-get update && sudo apt-get ${install.join(' ')}`);
    process.exit(1);
  }
  aptGet(['update']);
  aptGet(install);
  const still = needs.filter((need) => !need.present());
  if (still.length === 0) return;
  console.error(`Still missing after the installation: ${still.map((need) => need.what).join(', ')}`);
  process.exit(1);
}

function aptGet(args: readonly string[]): void {
  console.log(`apt-get ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status === 0) return;
  console.error(`apt-get ${args[0]} failed`);
  process.exit(1);
}

function hasJapaneseFont(): boolean {
  const list = onPath('fc-list');
  if (list === undefined) return false;
  return spawnSync(list, [':lang=ja', 'family'], { encoding: 'utf8' }).stdout.trim() !== '';
}

function versionIn(path: string): number {
  return Number(/\/(\d+)\/bin$/.exec(path)?.[1] ?? 0);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
