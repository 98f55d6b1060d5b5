import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tool } from './processes.ts';

const sources = ['console', 'contract/src', 'policy/src', 'package-lock.json'];

/** Builds the console when it was never built, or when a source is newer than the build. */
export async function buildConsole(): Promise<void> {
  const pages = globSync('console/dist/*.html', { cwd: root });
  const built = Math.max(0, ...pages.map((page) => modified(join(root, page))));
  if (built >= newestSource()) return;
  // What the server prints on stdout may be read by a program: the build speaks on stderr.
  const begun = performance.now();
  const code = await run(...tool('vite/bin/vite.js', ['build', '--logLevel', 'warn']), {
    cwd: join(root, 'console'),
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (code !== 0) throw new Error('the console could not be built');
  console.error(`console built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

function newestSource(): number {
  const files = sources.flatMap((source) => (source.includes('.') ? [source] : filesIn(source)));
  return Math.max(...files.map((file) => modified(join(root, file))));
}

/** Tests do not go into the build. */
function filesIn(folder: string): string[] {
  return globSync(`${folder}/**/*.*`, {
    cwd: root,
    exclude: (name) => /(^|\/)(node_modules|dist|artifacts)$|\.test\.tsx?$/.test(name),
  });
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
