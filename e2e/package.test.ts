import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packages } from '../scripts/package-build.ts';
import { freePort } from '../scripts/postgres.ts';
import { capture, root, tool } from '../scripts/processes.ts';
import { request, setUp, signIn } from './support/api.ts';
import { launch, serverEnv, setupLinkIn, temporaryFolder, untilReady } from './support/server.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
const env = serverEnv(0, temporaryFolder('package-tools'));

/** Runs npm as a person would, in a folder of its own. */
function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8' });
  expect([status, stderr.includes('npm error')], `npm ${args.join(' ')}: ${stderr}`).toEqual([0, false]);
  return stdout;
}

function pack(folder: string, into: string): string {
  const [{ filename }] = JSON.parse(npm(folder, 'pack', '--json', '--pack-destination', into)) as [
    { filename: string },
  ];
  return join(into, filename);
}

describe('the package', () => {
  const place = temporaryFolder('package');
  let warifu = '';
  let policy = '';
  let client = '';
  beforeAll(async () => {
    const { code, output } = await capture(process.execPath, [join(root, 'scripts/build.ts')]);
    expect(code, output).toBe(0);
    warifu = pack(packages.warifu, place);
    policy = pack(packages.policy, place);
    client = pack(packages.client, place);
  });

  test.each(['', '--ignore-scripts'])(
    'installs into an empty folder %s, runs by its name, and works',
    async (option) => {
      const home = join(place, `home${option}`);
      mkdirSync(home);
      writeFileSync(join(home, 'package.json'), '{"private":true,"type":"module"}');
      npm(home, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...(option ? [option] : []), warifu, policy);
      const port = await freePort();
      const command = join(home, 'node_modules/.bin/warifu');
      const running = launch([command], serverEnv(port, join(home, 'data')));
      await untilReady(`http://localhost:${port}`, running);
      const page = await request(`http://localhost:${port}`, 'GET', '/login');
      expect(page.headers.get('content-type')).toContain('text/html');
      await until(() => running.output().includes('setupLink'), 'the setup link');
      await setUp(`http://localhost:${port}`, setupLinkIn(running.output()), owner);
      expect((await signIn(`http://localhost:${port}`, owner)).status).toBe(200);
      const version = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8', env });
      expect(version.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
      running.child.kill('SIGTERM');
      expect(await running.exit).toBe(0);
    },
  );

  test('gives the permission language to other programs', () => {
    const home = join(place, 'home');
    const script = `import { compile, parse } from '@warifu/policy'; console.log(typeof compile, typeof parse);`;
    writeFileSync(join(home, 'try.js'), script);
    const { stdout, stderr } = spawnSync(process.execPath, ['try.js'], { cwd: home, encoding: 'utf8', env });
    expect([stderr, stdout.trim()]).toEqual(['', 'function function']);
  });

  test('gives other programs a client with its types, and the guards of each framework', async () => {
    const home = join(place, 'guarded');
    mkdirSync(home);
    writeFileSync(join(home, 'package.json'), '{"private":true,"type":"module"}');
    npm(home, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--omit=peer', client);
    const installed = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['@warifu', 'jose']);
    cpSync(join(root, 'client/test/support/program.ts'), join(home, 'program.ts'));
    for (const name of ['hono', 'express', 'fastify', '@types']) {
      symlinkSync(join(root, 'node_modules', name), join(home, 'node_modules', name));
    }
    const options = { strict: true, exactOptionalPropertyTypes: true, module: 'nodenext', types: ['node'] };
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['program.ts'] }));
    const checked = await capture(...tool('typescript/bin/tsc', ['--project', home, '--pretty', 'false']));
    expect([checked.code, checked.output]).toEqual([0, '']);
    const { stdout, stderr } = spawnSync(process.execPath, ['program.js'], { cwd: home, encoding: 'utf8', env });
    expect([stderr, stdout.trim()]).toEqual(['', 'NETWORK 401 401 401']);
  });

  test('says whose code is in it, the console included', () => {
    const text = readFileSync(join(packages.warifu, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of [
      'fastify',
      'kysely',
      'pg',
      'pino',
      'nodemailer',
      'react',
      '@mantine/core',
      '@codemirror/view',
    ]) {
      expect([name, new RegExp(`^(## )?${name}[ @-]`, 'm').test(text)]).toEqual([name, true]);
    }
    expect(text).not.toMatch(/undefined/);
  });

  test('unpacked it is a release: `npm ci --omit=dev && npm start`, and small', async () => {
    const release = join(place, 'release');
    mkdirSync(release);
    expect(spawnSync('tar', ['-xzf', warifu, '-C', release, '--strip-components=1']).status).toBe(0);
    const megabytes = sizeOf(release) / 1e6;
    console.log(`the package: ${megabytes.toFixed(1)} MB unpacked`);
    expect(megabytes).toBeLessThan(8);
    npm(release, 'ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund');
    expect(sizeOf(release) / 1e6).toBeLessThan(60);
    const port = await freePort();
    const dataDir = join(release, 'data');
    const running = launch([process.env.npm_execpath ?? '', '--prefix', release, 'start'], serverEnv(port, dataDir));
    await untilReady(`http://localhost:${port}`, running);
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);
  });
});

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
}
