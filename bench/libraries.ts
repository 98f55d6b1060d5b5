import { existsSync } from 'node:fs';
import { run } from '../scripts/processes.ts';

const folder = import.meta.dirname;
let installing: Promise<void> | undefined;

/** Makes sure of the libraries of bench/package.json: the first run installs them beside it. */
export function installed(): Promise<void> {
  installing ??= install();
  return installing;
}

async function install(): Promise<void> {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  console.error('Installing what is measured against, into bench/node_modules (once; no part of Warifu uses it) …');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) throw new Error('npm ci in bench/ failed');
}

/** One of those libraries. Its types are not installed everywhere, so the caller says what it uses of it. */
export async function library<T>(name: string): Promise<T> {
  await installed();
  return (await import(name)) as T;
}
