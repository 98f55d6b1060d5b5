import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';
import { readConstants } from './constants.ts';
import type { Facts } from './facts.ts';
import { functions } from './read-functions.ts';
import { imports } from './read-imports.ts';
import { sql } from './read-sql.ts';
import { values } from './read-values.ts';

const workspaces = [
  'policy',
  'contract',
  'client',
  'server',
  'console',
  'e2e',
  'bench',
  'scripts',
  'examples',
] as const;

/** Every TypeScript file of the folders, as paths from the root, sorted. */
export function listSources(root: string, folders: readonly string[] = workspaces): string[] {
  const found = globSync(
    folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
    { cwd: root, exclude: (name) => /(^|\/)(node_modules|dist|artifacts|coverage)$/.test(name) },
  );
  return found.map((path) => path.replaceAll('\\', '/')).sort();
}

export type Source = Facts & { path: string; lines: number };

export function readSource(root: string, path: string): Source {
  return scan(path, readFileSync(`${root}/${path}`, 'utf8'));
}

/**
 * What the rules want to know about a text.
 * @throws Error when it is not TypeScript: who sees nothing finds nothing
 */
export function scan(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be read: ${errors[0]?.message}`);
  const walk = { facts: empty(), constants: readConstants(program), lineOf: lineFinder(text), names: new Map() };
  for (const read of [imports, sql, functions, values]) new Visitor(read(walk)).visit(program);
  walk.facts.imports.sort((one, other) => one.line - other.line);
  return { path, lines: text.replace(/\n$/, '').split('\n').length, ...walk.facts };
}

function empty(): Facts {
  return {
    imports: [],
    writes: [],
    reads: [],
    rawWrites: [],
    transactions: [],
    functions: [],
    statusCodes: [],
    outside: [],
    tables: [],
  };
}

function lineFinder(text: string): (at: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  return (at) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
