import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { capture, root } from '../scripts/processes.ts';
import { temporaryFolder } from './support/server.ts';

type Step = { uses?: string; run?: string };
type Workflow = { permissions: object; jobs: Record<string, { uses?: string; steps?: Step[] }> };

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe.each(globSync('.github/workflows/*.yml', { cwd: root }))('%s', (path) => {
  const { permissions, jobs } = parse(read(path)) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  test('may do little, and takes actions by an exact version', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+\.\d+\.\d+$/);
  });

  test('runs what there is', () => {
    const commands = steps.flatMap(({ run }) => run?.split('\n') ?? []);
    for (const [, name = ''] of commands.flatMap((line) => [...line.matchAll(/npm run (\S+)/g)])) {
      expect(Object.keys(scripts)).toContain(name);
    }
    for (const line of commands.filter((command) => command.startsWith('.'))) {
      accessSync(join(root, line), constants.X_OK);
    }
    for (const { uses } of Object.values(jobs)) if (uses !== undefined) expect(existsSync(join(root, uses))).toBe(true);
  });
});

test('owners are named for paths that exist, forms can be filled in, and updates look where packages are', () => {
  const owned = read('.github/CODEOWNERS').matchAll(/^(\/\S+)/gm);
  for (const [, path = ''] of owned) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  for (const form of globSync('.github/ISSUE_TEMPLATE/{bug,wish}.yml', { cwd: root })) {
    const { name, description, body } = parse(read(form)) as { name: string; description: string; body: object[] };
    expect([form, typeof name, typeof description, body.length > 0]).toEqual([form, 'string', 'string', true]);
  }
  const { updates } = parse(read('.github/dependabot.yml')) as { updates: { directories?: string[] }[] };
  for (const folder of updates.flatMap(({ directories }) => directories ?? [])) {
    expect(existsSync(join(root, folder, 'package-lock.json'))).toBe(true);
  }
});

describe('a release', () => {
  const folder = temporaryFolder('release');
  beforeAll(async () => {
    const { code, output } = await capture(process.execPath, [join(root, 'scripts/release.ts'), folder]);
    expect([code, output]).toEqual([0, expect.any(String)]);
  });

  test('has checksums of all its files', () => {
    const { status, stdout } = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    const named = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/: OK$/, ''));
    expect([status, [...named, 'SHA256SUMS'].sort()]).toEqual([0, globSync('*', { cwd: folder }).sort()]);
  });

  test('lists the libraries that are in it, and none that only tests need', () => {
    const { components } = JSON.parse(readFileSync(join(folder, 'warifu.cdx.json'), 'utf8')) as {
      components: { name: string }[];
    };
    const names = components.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['fastify', 'kysely', 'pg', '@node-rs/argon2', 'react', '@mantine/core']),
    );
    expect(names.filter((name) => ['vitest', 'vite', 'playwright-core', 'smtp-server'].includes(name))).toEqual([]);
  });
});
