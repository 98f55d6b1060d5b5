import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../scripts/processes.ts';
import { launch, program, serverEnv, temporaryFolder } from './support/server.ts';

const databaseUrl = 'postgres://warifu:secret@database:5432/warifu';

test.each(['compose.yaml', 'compose.postgres.yaml'])('%s is understood by Compose, and by Warifu', async (file) => {
  const folder = join(root, 'contrib/compose');
  const compose = run('docker-compose', ['--file', join(folder, file), 'config']);
  expect([compose.status, compose.stderr]).toEqual([0, '']);
  const { services } = parse(compose.stdout) as { services: { warifu: Service } };
  const { environment, ...service } = services.warifu;
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  // As the image has it, with the secrets where this machine can have them.
  const secrets = temporaryFolder('secrets');
  writeFileSync(join(secrets, 'database-url'), databaseUrl);
  const given = Object.entries(environment).map(([name, value]) => [name, value.replace('/run/secrets', secrets)]);
  expect(await check({ WARIFU_HOST: '0.0.0.0', ...Object.fromEntries(given) })).toEqual([0, expect.anything()]);
});

test('the unit is understood by systemd, exposes little, and by Warifu', async () => {
  const unit = readFileSync(join(root, 'contrib/systemd/warifu.service'), 'utf8');
  const folder = temporaryFolder('unit');
  const copy = join(folder, 'warifu.service');
  // Every credential that is offered is taken.
  writeFileSync(copy, unit.replace(/^#(LoadCredential=)/gm, '$1'));
  expect(run('systemd-analyze', ['verify', '--man=no', copy])).toMatchObject({ status: 0, stderr: '' });
  const security = run('systemd-analyze', ['security', '--offline=true', '--threshold=15', '--no-pager', copy]);
  expect([security.status, security.stdout]).toEqual([0, expect.anything()]);

  const credentials = [...unit.matchAll(/^#?LoadCredential=([^:]+):/gm)].map((match) => match[1] ?? '');
  expect(credentials.sort()).toEqual(['warifu.database-url', 'warifu.keys', 'warifu.smtp-url']);
  writeFileSync(join(folder, 'warifu.database-url'), databaseUrl);
  writeFileSync(join(folder, 'warifu.smtp-url'), 'smtp://localhost');
  const variables = [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  expect(variables.length).toBeGreaterThan(0);
  const env = { CREDENTIALS_DIRECTORY: folder, ...Object.fromEntries(variables) } as Record<string, string>;
  expect(await check(env)).toEqual([0, expect.anything()]);
});

type Service = { environment: Record<string, string>; [more: string]: unknown };

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
}

/** What the settings are worth to Warifu itself. */
async function check(env: Record<string, string>): Promise<[number, string]> {
  const { WARIFU_PORT: _, WARIFU_BASE_URL: __, WARIFU_DATA_DIR: ___, ...machine } = serverEnv(0, '');
  const running = launch([program, 'config', 'check'], { ...machine, ...env });
  return [await running.exit, running.output()];
}
