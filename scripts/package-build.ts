import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { lockOf, type PackageJson } from './package-lock.ts';
import { root, run, tool } from './processes.ts';

/** The packages that are released, built: `warifu` and `@warifu/policy`. */
export const packages = { warifu: join(root, 'dist/warifu'), policy: join(root, 'dist/policy') };

/** What a bundle cannot hold: native code. */
const native = '@node-rs/argon2';

/** Builds `warifu`: server and commands as JavaScript, the built console, what npm needs to install it, and licences. */
export async function buildWarifu(): Promise<void> {
  const folder = packages.warifu;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const libraries = await bundle(folder);
  cpSync(join(root, 'console/dist'), join(folder, 'console'), {
    recursive: true,
    filter: (file) => !file.endsWith('licences.md'),
  });
  cpSync(join(root, 'contrib'), join(folder, 'contrib'), { recursive: true });
  const { version, license, description } = readPackage(root);
  const argon2 = readPackage(join(root, 'server')).dependencies?.[native] ?? '';
  const manifest = {
    name: 'warifu',
    version,
    description,
    license,
    type: 'module',
    bin: { warifu: 'warifu.js' },
    scripts: { start: 'exec node --max-semi-space-size=4 warifu.js serve' },
    engines: { node: '>=24' },
    dependencies: { [native]: argon2 },
  };
  writeJson(join(folder, 'package.json'), manifest);
  // Published with the package: whoever installs it gets what was tested, and `npm ci` works in it.
  writeJson(join(folder, 'npm-shrinkwrap.json'), lockOf(manifest, join(root, 'package-lock.json')));
  for (const file of ['README.md', 'README.ja.md', 'LICENSE']) cpSync(join(root, file), join(folder, file));
  const ofConsole = readFileSync(join(root, 'console/dist/licences.md'), 'utf8');
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), `${licences(libraries)}\n${ofConsole}`);
}

/** Builds `@warifu/policy`: one JavaScript file and one of types for each source. */
export async function buildPolicy(): Promise<void> {
  const folder = packages.policy;
  rmSync(folder, { recursive: true, force: true });
  const options = [
    '--noEmit',
    'false',
    '--declaration',
    '--rewriteRelativeImportExtensions',
    '--rootDir',
    'policy/src',
  ];
  const sources = ['--project', 'scripts/policy-package.json'];
  const code = await run(...tool('typescript/bin/tsc', [...sources, ...options, '--outDir', folder]));
  if (code !== 0) throw new Error('the policy package could not be built');
  const { private: _, exports: __, ...manifest } = readPackage(join(root, 'policy'));
  const exports = { '.': { types: './index.d.ts', default: './index.js' } };
  writeJson(join(folder, 'package.json'), { ...manifest, license: readPackage(root).license, exports });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

/** @returns the folders of the libraries that are in the bundle */
async function bundle(folder: string): Promise<Set<string>> {
  const build = await rolldown({
    input: {
      warifu: join(root, 'server/src/cli/bin.ts'),
      'hash-worker': join(root, 'server/src/crypto/hash-worker.ts'),
    },
    platform: 'node',
    external: [native, 'pg-native'],
  });
  const { output } = await build.write({
    dir: folder,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Names stay, so that a stack in the log can be read.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  const modules = output
    .filter((file): file is OutputChunk => file.type === 'chunk')
    .flatMap((chunk) => Object.keys(chunk.modules));
  return new Set(modules.filter((id) => id.includes('/node_modules/')).map(packageOf));
}

/** The folder of the library that a module belongs to. */
function packageOf(id: string): string {
  return id.replace(/^\0[^/]*/, '').replace(/^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\/.*$/s, '$1');
}

/** Each text once, below the names of all libraries that have it. */
function licences(libraries: ReadonlySet<string>): string {
  const byText = Map.groupBy([...libraries].sort(), licenceOf);
  const texts = [...byText].map(([text, folders]) => {
    const names = folders.map(readPackage).map(({ name, version }) => `${name} ${version}`);
    return `${names.join('\n')}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'LICENSE.mit']
    .map((candidate) => join(folder, candidate))
    .find((candidate) => existsSync(candidate));
  return file === undefined ? `Licence: ${readPackage(folder).license}` : readFileSync(file, 'utf8').trim();
}

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
