// `npm run image`: what Containerfile copies, in dist/image. Images are built from it without any other image.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { buildServer } from './build.ts';
import { packages } from './package-build.ts';
import { root } from './processes.ts';

const context = join(root, 'dist/image');
const system = join(context, 'system');
const app = join(context, 'warifu');

/** The user of the image; also in Containerfile. */
const user = 10001;

/** @returns the folder that an image is built from */
export async function layOutImage(): Promise<string> {
  if (process.platform !== 'linux') throw new Error('an image holds programs of Linux: lay it out on Linux');
  await buildServer();
  rmSync(context, { recursive: true, force: true });
  layOutPackage();
  layOutSystem();
  rmSync(join(context, 'node'), { recursive: true });
  mkdirSync(join(context, 'data'));
  return context;
}

/** The package as `npm ci --omit=dev` installs it, started by the Node of the image: there is no `env` to look for it. */
function layOutPackage(): void {
  cpSync(packages.warifu, app, { recursive: true, filter: (file) => !file.endsWith('/contrib') });
  npm(app, 'ci', '--omit=dev');
  const command = join(app, 'warifu.js');
  const [, ...code] = readFileSync(command, 'utf8').split('\n');
  writeFileSync(command, ['#!/usr/local/bin/node --max-semi-space-size=8', ...code].join('\n'));
  chmodSync(command, 0o755);
  link('/opt/warifu/warifu.js', 'usr/local/bin/warifu');
}

function layOutSystem(): void {
  const from = nodePackage();
  const node = join(from, 'bin/node');
  place(node, 'usr/local/bin/node');
  place(join(from, 'LICENSE'), 'usr/share/doc/node/LICENSE');
  const addons = globSync('node_modules/**/*.node', { cwd: app }).map((file) => join(app, file));
  for (const library of new Set([node, ...addons].flatMap(librariesOf))) {
    place(library, library);
    placeCopyright(library);
  }
  write('etc/passwd', `warifu:x:${user}:${user}:Warifu:/data:/sbin/nologin\n`);
  write('etc/group', `warifu:x:${user}:\n`);
  // Otherwise the C library asks DNS for `localhost` first.
  write('etc/nsswitch.conf', 'hosts: files dns\n');
  const temporary = join(system, 'tmp');
  mkdirSync(temporary);
  chmodSync(temporary, 0o1777);
}

/** The Node that the checkout is pinned to, whole: npm may have tidied its licence away from beside the program. */
function nodePackage(): string {
  const name = `node-linux-${process.arch}`;
  const folder = join(context, 'node');
  mkdirSync(folder);
  npm(folder, 'install', '--no-save', '--prefix', folder, `${name}@${process.version.slice(1)}`);
  return join(folder, 'node_modules', name);
}

function npm(cwd: string, ...args: string[]): void {
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  execFileSync('npm', [...args, ...quiet], { cwd, stdio: ['ignore', 2, 2] });
}

/** What the dynamic linker would load for a program, itself included. */
function librariesOf(file: string): string[] {
  const listed = execFileSync('ldd', [file], { encoding: 'utf8' });
  if (/not found/.test(listed)) throw new Error(`libraries are missing:\n${listed}`);
  return [...listed.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
}

/** Debian keeps the licence of a library with its package; elsewhere there is none to take along. */
function placeCopyright(library: string): void {
  // With a star: where /lib is a link to /usr/lib, the package knows the file by the other name.
  const { stdout } = spawnSync('dpkg', ['--search', `*${library}`], { encoding: 'utf8' });
  const name = /^([^:,\s]+)/.exec(stdout ?? '')?.[1];
  const copyright = `/usr/share/doc/${name}/copyright`;
  if (name !== undefined && existsSync(copyright)) place(copyright, copyright);
}

function place(source: string, target: string): void {
  const path = made(target);
  copyFileSync(source, path);
  chmodSync(path, source.includes('/bin/') || source.includes('.so') ? 0o755 : 0o644);
}

function write(target: string, text: string): void {
  writeFileSync(made(target), text);
}

function link(to: string, target: string): void {
  symlinkSync(to, made(target));
}

/** The path of a file of the image, its folder made. */
function made(target: string): string {
  const path = join(system, target);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

if (import.meta.main) console.log(await layOutImage());
