import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import type { Import } from './facts.ts';
import {
  clientMayImport,
  drivers,
  edge,
  mayUseDrivers,
  mayUseHttp,
  mayUseRoutes,
  order,
  shared,
  sharedMayImport,
  typesMayCircle,
} from './layout.ts';
import type { Source } from './sources.ts';

export const server = 'server/src/';

/** A relative import as a path from the root; packages of ours by their folder; anything else as it is written. */
function target(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(path), specifier);
  return specifier.replace(/^@warifu\/(\w+)/, '$1/src/index.ts');
}

/** The folder of a path below `server/src`, or its file there without the ending. */
export function partOf(path: string): string {
  return stem(path.slice(server.length).split('/')[0] ?? '');
}

/** What is wrong with an import of a file, if anything. */
export function importProblem(path: string, { specifier, typeOnly }: Import): string | undefined {
  const to = target(path, specifier);
  if (path.startsWith('policy/src/')) return to.startsWith('policy/') ? undefined : `policy imports ${specifier}`;
  if (path.startsWith('contract/src/')) {
    return to.startsWith('contract/') || /^typebox(\/|$)/.test(to) ? undefined : `contract imports ${specifier}`;
  }
  if (path.startsWith('client/src/')) return clientProblem(path, to, typeOnly);
  if (path.startsWith('console/src/')) return consoleProblem(to, specifier);
  return path.startsWith(server) ? serverProblem(path, to, specifier) : undefined;
}

/** What is published: one file speaks of the contract, which the build writes out, and the rest runs everywhere. */
function clientProblem(path: string, to: string, typeOnly: boolean): string | undefined {
  if (to.startsWith('contract/')) {
    return path === 'client/src/contract.ts' ? undefined : 'only contract.ts of the client imports the contract';
  }
  const { values, types } = clientMayImport;
  const may = to.startsWith('client/src/') || values.includes(to) || (typeOnly && types.includes(to));
  return may ? undefined : `client imports ${to}`;
}

function consoleProblem(to: string, specifier: string): string | undefined {
  const foreign = /^(server|e2e|scripts|bench)\//.test(to) || builtinModules.includes(to) || to.startsWith('node:');
  return foreign ? `console imports ${specifier}` : undefined;
}

function serverProblem(path: string, to: string, specifier: string): string | undefined {
  const file = stem(path.slice(server.length));
  if (/^(node:)?crypto$/.test(to) && !file.startsWith('crypto/')) {
    return 'only crypto/ may import node:crypto';
  }
  if (drivers.some((driver) => to === driver || to.startsWith(`${driver}/`)) && !mayUseDrivers.includes(file)) {
    return `only ${mayUseDrivers.join(', ')} may import the driver ${specifier}`;
  }
  if (specifier === '(computed)') return 'imports a path that is only known at run time';
  if (/^(console|e2e|scripts|bench)\//.test(to)) return `server imports ${specifier}`;
  return to.startsWith(server) ? directionProblem(path, to) : undefined;
}

function directionProblem(path: string, to: string): string | undefined {
  const [from, into] = [partOf(path), partOf(to)];
  const says = `imports ${to.slice(server.length)}`;
  if (into === 'http' && from !== 'http') {
    return isRoutes(path) || mayUseHttp.includes(from)
      ? undefined
      : `${says}: http/ is for routes.ts, ${mayUseHttp.join(', ')}`;
  }
  if (isRoutes(to) && !mayUseRoutes.includes(from)) return `${says}: routes.ts is for ${mayUseRoutes.join(', ')}`;
  if (edge.includes(from) || from === into) return undefined;
  if (edge.includes(into)) return `${says}: ${into} puts the server together`;
  if (shared.includes(into)) return undefined;
  if (shared.includes(from)) {
    return sharedMayImport.includes(into)
      ? undefined
      : `${says}: ${from} may only import ${sharedMayImport.join(', ')}`;
  }
  return order.includes(from) && order.indexOf(into) > order.indexOf(from)
    ? `${says}: ${into} stands below ${from}`
    : undefined;
}

/** The folders and files of the server that the layout says nothing about. */
export function withoutPlace(sources: readonly Source[]): string[] {
  const places = [...order, ...shared, ...edge];
  const parts = sources.filter(({ path }) => path.startsWith(server)).map(({ path }) => partOf(path));
  return [...new Set(parts)].filter((part) => !places.includes(part));
}

/**
 * Folders of the server that import each other: the one that stands higher first, then the one that it may not import.
 * A `routes.ts` binds its folder to `http/`, which is no dependency of the folder.
 */
export function pairs(sources: readonly Source[]): (readonly [string, string])[] {
  const edges = folderImports(sources);
  const known = new Set(edges.map((edge) => edge.join(' ')));
  const mutual = edges.filter(([from, to]) => known.has(`${to} ${from}`) && isAgainstOrder(from, to));
  return [...new Map(mutual.map((edge) => [edge.join(' '), edge])).values()];
}

/** Folders without a place stand above all, by their names. */
function isAgainstOrder(from: string, to: string): boolean {
  const [left, right] = [order.indexOf(from), order.indexOf(to)];
  return left < right || (left === right && from < to);
}

function folderImports(sources: readonly Source[]): [string, string][] {
  return sources.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier }): [string, string][] => {
      const to = target(path, specifier);
      if (!isInFolder(path) || !isInFolder(to) || partOf(path) === partOf(to)) return [];
      return isRoutes(path) && partOf(to) === 'http' ? [] : [[partOf(path), partOf(to)]];
    }),
  );
}

/** Files that import themselves by way of others, types included, each with the shortest way round. */
export function circles(sources: readonly Source[]): { path: string; ring: readonly string[] }[] {
  const known = new Set(sources.map(({ path }) => path));
  const edges = new Map(sources.map((source) => [source.path, closing(source).filter((to) => known.has(to))]));
  const next = (path: string) => edges.get(path) ?? [];
  return sources.flatMap(({ path }) => {
    const ring = shortestRing(path, next);
    return ring === undefined ? [] : [{ path, ring }];
  });
}

/** The imports of a file that can close a circle. */
function closing({ path, imports }: Source): string[] {
  const typesCount = !typesMayCircle.some((folder) => path.startsWith(folder));
  return imports.filter(({ typeOnly }) => typesCount || !typeOnly).map(({ specifier }) => target(path, specifier));
}

/** Breadth first, so that the first way back is the shortest. */
function shortestRing(start: string, next: (path: string) => readonly string[]): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const to of next(path)) {
      if (to === start) return [...trail(path, before), start];
      if (before.has(to)) continue;
      before.set(to, path);
      queue.push(to);
    }
  }
  return undefined;
}

function trail(path: string, before: ReadonlyMap<string, string>): string[] {
  const from = before.get(path);
  return from === undefined ? [path] : [...trail(from, before), path];
}

export function isRoutes(path: string): boolean {
  return path.startsWith(server) && path.endsWith('/routes.ts');
}

function isInFolder(path: string): boolean {
  return path.startsWith(server) && path.slice(server.length).includes('/');
}

function stem(path: string): string {
  return path.replace(/\.tsx?$/, '');
}
