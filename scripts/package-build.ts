import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { contractSource } from './client-contract.ts';
import { lockOf, type PackageJson } from './package-lock.ts';
import { root, run, tool } from './processes.ts';

/** The packages that are released, built: `warifu`, `@warifu/policy` and `@warifu/client`. */
export const packages = {
  warifu: join(root, 'dist/warifu'),
  policy: join(root, 'dist/policy'),
  client: join(root, 'dist/client'),
};

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
    scripts: { start: 'exec node --max-semi-space-size=8 warifu.js serve' },
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

/** Builds `@warifu/policy`. */
export async function buildPolicy(): Promise<void> {
  await compile(join(root, 'policy/src'), packages.policy);
  const { private: _, ...manifest } = readPackage(join(root, 'policy'));
  writeLibrary(packages.policy, manifest);
}

/** Builds `@warifu/client`, with the contract written out: what is installed needs no other package of ours. */
export async function buildClient(): Promise<void> {
  // Beside the packages, where the libraries are found that its types speak of.
  const sources = join(root, 'dist/client-sources');
  rmSync(sources, { recursive: true, force: true });
  cpSync(join(root, 'client/src'), sources, { recursive: true });
  writeFileSync(join(sources, 'contract.ts'), contractSource());
  await compile(sources, packages.client);
  rmSync(sources, { recursive: true });
  const { private: _, devDependencies: __, ...manifest } = readPackage(join(root, 'client'));
  writeLibrary(packages.client, { ...manifest, sideEffects: false, engines: { node: '>=20.3' } });
  for (const file of ['README.md', 'README.ja.md']) cpSync(join(root, 'client', file), join(packages.client, file));
}

/** One JavaScript file and one of types for each source. */
async function compile(sources: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const project = join(root, 'dist/tsconfig.json');
  writeJson(project, {
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: sources,
      outDir: folder,
    },
    include: [sources],
    exclude: [`${sources}/**/*.test.ts`],
  });
  const code = await run(...tool('typescript/bin/tsc', ['--project', project]));
  rmSync(project);
  if (code !== 0) throw new Error(`${folder} could not be built`);
}

/** What npm needs to know of a package of modules, whose sources its workspace exports. */
function writeLibrary(folder: string, manifest: PackageJson): void {
  const exports = Object.entries((manifest.exports ?? {}) as Record<string, string>).map(([name, source]) => {
    const file = source.replace(/^\.\/src\/(.*)\.ts$/, './$1');
    return [name, { types: `${file}.d.ts`, default: `${file}.js` }] as const;
  });
  const { license } = readPackage(root);
  writeJson(join(folder, 'package.json'), { ...manifest, license, exports: Object.fromEntries(exports) });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

/** @returns the folders of the libraries that are in the bundle */
async function bundle(folder: string): Promise<Set<string>> {
  const build = await rolldown({
    input: {
      warifu: join(root, 'server/src/cli/bin.ts'),
      'hash-worker': join(root, 'server/src/crypto/hash-worker.ts'),
      'description-worker': join(root, 'server/src/gate/catalogue/description-worker.ts'),
    },
    platform: 'node',
    external: [native, 'pg-native'],
    plugins: [withoutCertificates],
  });
  const { output } = await build.write({
    dir: folder,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Names of functions and classes stay, so that a stack in the log can be read.
    minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  });
  const modules = output
    .filter((file): file is OutputChunk => file.type === 'chunk')
    .flatMap((chunk) => Object.keys(chunk.modules));
  return new Set(modules.filter((id) => id.includes('/node_modules/')).map(packageOf));
}

const ofCertificates = /\/@simplewebauthn\/server\/esm\/helpers\/(validateCertificatePath|isCertRevoked)\.js$/;

/** No certificate of a device is ever read (decision 0033), and what would read it is large. */
const withoutCertificates: Plugin = {
  name: 'without certificates of devices',
  load: (id) => {
    const name = ofCertificates.exec(id)?.[1];
    return name === undefined ? null : `export async function ${name}() { throw new Error('no certificate is read'); }`;
  },
};

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
