import { cpSync, globSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../scripts/processes.ts';
import { secretOf, session } from './support/api.ts';
import { commandsOf, followGuide, type Need, type Stage } from './support/guide.ts';
import { needs } from './support/guide-needs.ts';
import { authenticator } from './support/oath.ts';
import { nextPort } from './support/ports.ts';

/** A database with a root user, of a server that does not run now. */
const inUse: Need = async ({ before }) => {
  const create = 'npx warifu operator create --email owner@example.com --password-stdin';
  before.push(`echo 'pebble harbour quilt 41' | ${create}`);
};

/** Guides whose ```sh blocks a reader can run from top to bottom, and what each needs; see README.md beside this file. */
const guides: Readonly<Record<string, readonly Need[]>> = {
  'backup.md': [needs.server(), needs.command],
  'gate-proxies.md': [needs.command],
  'helpdesk-resets-mfa.md': [needs.server()],
  'lost-device-host.md': [needs.server(), needs.command, withMfa],
  'mfa-by-curl.md': [needs.server()],
  'postgresql.md': [needs.host, needs.postgres, needs.command],
  'rotate-keys.md': [needs.server(), needs.command],
  'run-behind-caddy.md': [needs.host, needs.certificate, needs.caddy, needs.command],
  'run-behind-tls.md': [needs.host, needs.certificate, needs.nginx, needs.command],
  'sam-users-manage-own-mfa.md': [needs.server()],
  'systemd.md': [needs.host, needs.release],
  'upgrade.md': [needs.host, needs.command, inUse],
  'watch.md': [needs.metrics, needs.server()],
};

const withCommands = (pattern: string) =>
  globSync(pattern, { cwd: `${root}/docs/guides` }).filter((name) => commandsOf(`docs/guides/${name}`).length > 0);

// Each has its own server and folder, and much of what they do is waiting.
describe.concurrent('a guide works as it is written', () => {
  test.for(Object.entries(guides))('%s', async ([name, needed], { skip }) => {
    skip(needed.includes(needs.host) && process.getuid?.() !== 0, 'only root can make a host of its own');
    const { code, output } = await followGuide(`docs/guides/${name}`, needed);
    expect([code, output]).toEqual([0, expect.any(String)]);
  });
});

test('the example works as its README says', async () => {
  const { code, output } = await followGuide('examples/orders/README.md', [checkout]);
  expect([code, output]).toEqual([0, expect.any(String)]);
  expect(commandsOf('examples/orders/README.ja.md')).toEqual(commandsOf('examples/orders/README.md'));
});

test('every guide with commands is followed', () => {
  expect(withCommands('*.md').sort()).toEqual(Object.keys(guides).sort());
});

test('the Japanese guides have the commands of the English ones', () => {
  for (const twin of withCommands('ja/*.md')) {
    expect([twin, commandsOf(`docs/guides/${twin}`)]).toEqual([twin, commandsOf(`docs/guides/${basename(twin)}`)]);
  }
});

/** A checkout of its own, in which everything was built; the reader stands in the folder of the example. */
async function checkout({ folder, env, before }: Stage): Promise<void> {
  const example = join(folder, 'examples/orders');
  mkdirSync(dirname(example));
  const tracked = (path: string) => !/node_modules|warifu-data|orders\.db|\.log$/.test(path);
  cpSync(join(root, 'examples/orders'), example, { recursive: true, filter: tracked });
  symlinkSync(join(root, 'dist'), join(folder, 'dist'));
  before.push('cd examples/orders');
  const [warifu, orders] = [await nextPort(), await nextPort()];
  Object.assign(env, { WARIFU_PORT: String(warifu), ORDERS_PORT: String(orders), npm_config_prefer_offline: 'true' });
}

/** The root user has MFA on, and nobody knows its codes any more. */
async function withMfa({ env: { BASE = '', EMAIL = '', PASSWORD = '' } }: Stage): Promise<void> {
  const as = await session(BASE, { email: EMAIL, password: PASSWORD });
  const mfa = `/v1/operators/${as.operatorId}/mfa`;
  const begun = await as.call('POST', mfa);
  const phone = authenticator(secretOf(begun.json['totpUri']));
  const { status } = await as.call('POST', `${mfa}/verify`, { mfaOTPCode: await phone.next() });
  expect(status).toBe(200);
}
