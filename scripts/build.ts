// `npm run build`: what is released, in `dist/`. Each part is built when it never was, or when a source of it is newer.
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildClient, buildPolicy, buildWarifu, packages } from './package-build.ts';
import { root, run, tool } from './processes.ts';

type Part = {
  readonly name: string;
  /** Files and folders that it is made of. */
  readonly sources: readonly string[];
  /** What the build makes last. */
  readonly made: string;
  readonly build: () => Promise<void>;
};

const packaging = ['scripts/package-build.ts', 'scripts/client-contract.ts'];
const shared = ['contract/src', 'policy/src', 'package-lock.json'];

const consolePart: Part = {
  name: 'console',
  sources: ['console', ...shared],
  made: 'console/dist/app.html',
  build: async () => {
    // What the server prints on stdout may be read by a program: the build speaks on stderr.
    const code = await run(...tool('vite/bin/vite.js', ['build', '--logLevel', 'warn']), {
      cwd: join(root, 'console'),
      stdio: ['ignore', 2, 2],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    if (code !== 0) throw new Error('the console could not be built');
  },
};

const serverPart: Part = {
  name: 'server',
  sources: ['server/src', 'server/package.json', 'contrib', ...packaging, consolePart.made, ...shared],
  made: 'dist/warifu/THIRD-PARTY-LICENSES.txt',
  build: buildWarifu,
};

const policyPart: Part = {
  name: 'policy',
  sources: [...packaging, ...shared],
  made: 'dist/policy/package.json',
  build: buildPolicy,
};

const clientPart: Part = {
  name: 'client',
  sources: ['client/src', 'client/package.json', 'client/README.md', ...packaging, ...shared],
  made: 'dist/client/package.json',
  build: buildClient,
};

/** The package `warifu`, whole. @returns the path of its command */
export async function buildServer(): Promise<string> {
  for (const part of [consolePart, serverPart]) await bringUpToDate(part);
  return join(packages.warifu, 'warifu.js');
}

/** Everything that is released. */
export async function buildAll(): Promise<void> {
  await buildServer();
  for (const part of [policyPart, clientPart]) await bringUpToDate(part);
}

async function bringUpToDate({ name, sources, made, build }: Part): Promise<void> {
  if (modified(join(root, made)) >= newestOf(sources)) return;
  const begun = performance.now();
  await build();
  console.error(`${name} built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

function newestOf(sources: readonly string[]): number {
  const files = sources.flatMap((source) => (/\.\w+$/.test(source) ? [source] : filesIn(source)));
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

if (import.meta.main) await (process.argv[2] === 'server' ? buildServer() : buildAll());
