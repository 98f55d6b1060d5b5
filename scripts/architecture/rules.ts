import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import type { Import, Source } from './sources.ts';

/** In `server/src` a folder may import those to its left, never those to its right. */
const order = [
  'crypto',
  'db',
  'audit',
  'mail',
  'permissions',
  'sessions',
  'operators',
  'users',
  'roles',
  'mfa',
  'sign-in',
  'gate',
];

/** The parameter sheet, the outside world and the one error class: every folder may import them. */
const shared = ['config', 'context', 'failure', 'limits'];
const everything = ['app', 'main', 'server', 'jobs', 'cli'];
const drivers = ['node:sqlite', 'pg', 'better-sqlite3', 'postgres'];
const driverFiles = ['db/database', 'db/sqlite', 'db/postgres'];
const maxLines = 350;

export type Finding = { path: string; line: number; problem: string };

/** Everything in which the sources break the directions of the architecture. */
export function judge(sources: readonly Source[]): Finding[] {
  const single = sources.flatMap((source) => [
    ...tooLong(source),
    ...(isTest(source.path) ? [] : [...importsOf(source), ...readsOutside(source)]),
  ]);
  return [...single, ...cycles(sources.filter((source) => !isTest(source.path)))];
}

/** Tests may look at anything. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$|(^|\/)(test|tests|testing)\//.test(path) || /^(e2e|scripts|bench|policy\/bench)\//.test(path);
}

function tooLong({ path, lines }: Source): Finding[] {
  return lines > maxLines ? [{ path, line: maxLines, problem: `${lines} lines, at most ${maxLines}` }] : [];
}

function importsOf(source: Source): Finding[] {
  return source.imports.flatMap((found) => {
    const problem = importProblem(source.path, found);
    return problem === undefined ? [] : [{ path: source.path, line: found.line, problem }];
  });
}

function importProblem(path: string, { specifier }: Import): string | undefined {
  const to = target(path, specifier);
  if (path.startsWith('policy/src/')) return to.startsWith('policy/') ? undefined : `policy imports ${specifier}`;
  if (path.startsWith('contract/src/')) {
    return to.startsWith('contract/') || /^typebox(\/|$)/.test(to) ? undefined : `contract imports ${specifier}`;
  }
  if (path.startsWith('console/src/')) return consoleProblem(to, specifier);
  return path.startsWith('server/src/') ? serverProblem(path.slice('server/src/'.length), to, specifier) : undefined;
}

/** A relative import as a path from the root; packages of ours by their folder; anything else as it is written. */
function target(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(path), specifier);
  return specifier.replace(/^@warifu\/(\w+)/, '$1/src/index.ts');
}

function consoleProblem(to: string, specifier: string): string | undefined {
  const foreign = /^(server|e2e|scripts|bench)\//.test(to) || builtinModules.includes(to) || to.startsWith('node:');
  return foreign ? `console imports ${specifier}` : undefined;
}

function serverProblem(from: string, to: string, specifier: string): string | undefined {
  if (to === 'node:crypto' && !from.startsWith('crypto/') && from !== 'mfa/totp.ts') {
    return 'only crypto/ and mfa/totp.ts may import node:crypto';
  }
  if (drivers.some((driver) => to === driver || to.startsWith(`${driver}/`)) && !driverFiles.includes(stem(from))) {
    return `only ${driverFiles.join(', ')} may import the driver ${specifier}`;
  }
  if (/^(console|e2e|scripts|bench)\//.test(to)) return `server imports ${specifier}`;
  if (!to.startsWith('server/src/')) return undefined;
  return directionProblem(from, to.slice('server/src/'.length));
}

function directionProblem(from: string, to: string): string | undefined {
  const [fromPart, toPart] = [firstPart(from), firstPart(to)];
  if (everything.includes(fromPart) || fromPart === toPart) return undefined;
  if (everything.includes(toPart)) return `${from} imports ${to}: only the edge may`;
  if (shared.includes(toPart) || shared.includes(fromPart)) return undefined;
  const isEdge = from.endsWith('/routes.ts') || fromPart === 'http';
  if (toPart === 'http') return isEdge ? undefined : `${from} imports ${to}: http/ is for routes.ts, app and main`;
  if (to.endsWith('/routes.ts')) return `${from} imports ${to}: routes are for app`;
  if (isEdge) return undefined;
  const [left, right] = [order.indexOf(fromPart), order.indexOf(toPart)];
  if (left === -1 || right === -1) return `${left === -1 ? from : to} has no place in the order of folders`;
  return right > left ? `${from} imports ${to}: ${toPart} comes after ${fromPart}` : undefined;
}

function firstPart(path: string): string {
  return stem(path.split('/')[0] ?? '');
}

function stem(path: string): string {
  return path.replace(/\.tsx?$/, '');
}

const outside: readonly [RegExp, string][] = [
  [/\bDate\s*\.\s*now\b/, 'the clock (Date.now)'],
  [/\bnew\s+Date\s*(\(\s*\)|(?![\s(]))/, 'the clock (new Date)'],
  [/\bprocess\s*\.\s*env\b/, 'the environment (process.env)'],
  [/\bMath\s*\.\s*random\b/, 'randomness (Math.random)'],
  [/\bcrypto\s*\.\s*(getRandomValues|randomUUID|subtle)\b/, 'randomness (the global crypto)'],
];

/** Time, environment and randomness come through `Context`, so that tests can set them. */
function readsOutside({ path, code }: Source): Finding[] {
  const isServer = path.startsWith('server/src/') && !/^server\/src\/(main|config)\.ts$|\/cli\//.test(path);
  if (!isServer && !/^(policy|contract)\/src\//.test(path)) return [];
  return outside.flatMap(([pattern, what]) => {
    const match = pattern.exec(code);
    if (match === null || (path.startsWith('server/src/crypto/') && what.startsWith('randomness (the'))) return [];
    return [{ path, line: code.slice(0, match.index).split('\n').length, problem: `reads ${what}` }];
  });
}

/** Rings of imports, one finding each. Types are gone at run time, so an import of types alone closes no ring. */
function cycles(sources: readonly Source[]): Finding[] {
  const known = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: Finding[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const begin = trail.indexOf(path);
    if (begin !== -1) {
      found.push({ path, line: 1, problem: `import cycle: ${[...trail.slice(begin), path].join(' → ')}` });
      return;
    }
    if (done.has(path)) return;
    for (const { specifier, typeOnly } of known.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      const to = target(path, specifier);
      if (known.has(to)) visit(to, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}
