import { readFile } from 'node:fs/promises';
import { type Catalogue, ofHost, readCatalogues } from '../authorize/imported.ts';
import { causeOf } from '../change/cause.ts';
import { etagOf } from '../change/etag.ts';
import type { Context, RequestInfo } from '../context.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import {
  type Changes,
  changesOf,
  type Imported,
  type Place,
  problemsBeside,
  type Reach,
  removeCatalogue,
  saveCatalogue,
} from '../gate/catalogue/catalogues.ts';
import { readDescription } from '../gate/catalogue/description.ts';
import { hostOf } from '../gate/catalogue/host.ts';
import { DescriptionError } from '../gate/catalogue/problem.ts';
import { type Touched, type Touching, touchedBy } from '../gate/catalogue/touched.ts';
import { findOperator } from '../operators/operators.ts';
import { asTable, exitCodes, type Output, print, UsageError } from './frame.ts';

export type ImportOptions = Output & {
  readonly name: string;
  readonly operator?: string;
  /** As the catalogue has it already when it is left out; empty for any. */
  readonly host?: string;
  /** The same; both spellings are one. */
  readonly unknown?: 'deny' | 'signed-in' | 'signed in';
  readonly dryRun?: boolean;
};

/**
 * Takes the operations of a file, and prints what changes with it.
 * @returns the exit code
 * @throws UsageError for a file that cannot be read or taken
 */
export async function importFile(
  ctx: Context,
  info: RequestInfo,
  { file, name, operator, dryRun, ...options }: ImportOptions & { readonly file: string },
): Promise<number> {
  if (!/^[\w.-]{1,64}$/.test(name)) throw new UsageError('--name must have 1 to 64 letters, digits, ".", "_" or "-".');
  const operatorId = await ownerOf(ctx, operator);
  const before = (await readCatalogues(ctx.db, operatorId)).find((catalogue) => catalogue.name === name);
  const reach = reachOf(options, before);
  const { operations, shortened } = await understood(file, async () => readDescription(await textOf(file)));
  const kept = { operatorId, name, operations, ...reach };
  const changes = changesOf(before, kept);
  const touching = await touchedBy(ctx.db, operatorId, changes);
  const save = () => saveCatalogue(causeOf(ctx, info, info.userAgent, 0), kept, etagOf(before?.revision ?? ''));
  await understood(file, () => (dryRun ? assertStands(ctx.db, kept) : save()));
  print(options, { operations: operations.length, shortened, ...changes, ...touching, saved: !dryRun }, () =>
    [
      ...linesOfReach(before, reach),
      ...linesOf(changes),
      ...linesOfTouched(touching),
      ...linesOfShortened(shortened),
      `${counted(operations.length)}${dryRun ? '; nothing was saved' : ''}.`,
    ].join('\n'),
  );
  return exitCodes.ok;
}

/** @throws UsageError for what is no host */
function reachOf({ host, unknown }: Pick<ImportOptions, 'host' | 'unknown'>, before: Reach | undefined): Reach {
  const said = unknown === 'signed-in' ? 'signed in' : unknown;
  return { host: host === undefined ? before?.host : standingAt(host), unknown: said ?? before?.unknown ?? 'deny' };
}

async function assertStands(db: Db, kept: Imported): Promise<void> {
  const problems = await problemsBeside(db, kept);
  if (problems.length > 0) throw new DescriptionError(problems);
}

/** @throws UsageError for what is no host */
function standingAt(host: string): string | undefined {
  try {
    return hostOf(host);
  } catch (error) {
    throw error instanceof Failure
      ? new UsageError(`--host ${host} is no host name, with a port or without one.`)
      : error;
  }
}

/** @throws UsageError for an operator that is not there */
async function ownerOf(ctx: Context, operator: string | undefined): Promise<string> {
  if (operator === undefined) return ofHost;
  if (!(await findOperator(ctx.db, operator))) throw new UsageError(`There is no operator ${operator}.`);
  return operator;
}

/** What stays is said as well: whoever left an option out may think that it takes something back. */
function linesOfReach(before: Reach | undefined, now: Reach): string[] {
  const line = (what: string, textIn: (reach: Reach) => string) => {
    const text = textIn(now);
    if (!before) return `${what}: ${text}`;
    return textIn(before) === text ? `${what}: ${text}, as before` : `${what}: ${textIn(before)} -> ${text}`;
  };
  return [line('Host', hostIn), line('Unknown calls', unknownIn), ''];
}

function hostIn({ host }: Reach): string {
  return host ?? 'any';
}

function unknownIn({ unknown }: Reach): string {
  return unknown === 'deny' ? 'denied' : 'allowed to whoever is signed in';
}

function linesOfShortened(shortened: number): string[] {
  if (shortened === 0) return [];
  return [`Letters outside ASCII fell away from the names of ${counted(shortened)}; x-permission gives other names.`];
}

function counted(operations: number): string {
  return `${operations} ${operations === 1 ? 'operation' : 'operations'}`;
}

function linesOf({ added, removed, renamed, moved }: Changes): string[] {
  return [
    ...added.map(({ operation, ...at }) => `+ ${operation}: ${placeOf(at)}`),
    ...renamed.map(({ from, to, ...at }) => `= ${from} is now ${to}: ${placeOf(at)}`),
    ...moved.map(({ operation, from, to }) => `~ ${operation}: ${placeOf(from)} -> ${placeOf(to)}`),
    ...removed.map(({ operation, ...at }) => `- ${operation}: ${placeOf(at)}`),
  ];
}

function placeOf({ method, path }: Place): string {
  return `${method} ${path}`;
}

function linesOfTouched({ touched, isPart }: Touching): string[] {
  if (touched.length === 0) return [];
  return ['', 'Permissions that match some of them:', ...touched.map(lineOf), ...(isPart ? ['  and more'] : []), ''];
}

function lineOf({ operatorId, kind, name, statement, effect, pattern, ...matched }: Touched): string {
  const owner = kind === 'default' ? 'default permissions' : `${kind} ${name}`;
  const counts = (['added', 'moved', 'removed'] as const)
    .filter((what) => matched[what].count > 0)
    .map((what) => `${matched[what].count} ${what}`);
  return `  ${operatorId} ${owner}, statement ${statement}: ${effect} ${pattern} (${counts.join(', ')})`;
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code}.`);
  });
}

async function understood<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DescriptionError) throw new UsageError(`${file} cannot be taken:\n${error.message}`);
    throw error;
  }
}

/** One operator, or without it the host. */
export type OwnerOption = { readonly operator?: string };

/**
 * Prints the catalogues of the host, or of an operator.
 * @returns the exit code
 * @throws UsageError for an unknown operator
 */
export async function printCatalogues(ctx: Context, { operator, ...output }: Output & OwnerOption): Promise<number> {
  const catalogues: Catalogue[] = await readCatalogues(ctx.db, await ownerOf(ctx, operator));
  print(output, catalogues, () =>
    asTable(
      ['NAME', 'HOST', 'OPERATIONS', 'UNKNOWN CALLS'],
      catalogues.map((one) => [one.name, hostIn(one), String(one.operations.length), unknownIn(one)]),
    ),
  );
  return exitCodes.ok;
}

export type RemoveOptions = OwnerOption & { readonly name: string; readonly dryRun?: boolean };

/**
 * Forgets a catalogue, and prints whose permissions are about nothing any more.
 * @returns the exit code
 * @throws UsageError for an unknown one
 */
export async function remove(
  ctx: Context,
  info: RequestInfo,
  { name, operator, dryRun }: RemoveOptions,
): Promise<number> {
  const operatorId = await ownerOf(ctx, operator);
  const found = (await readCatalogues(ctx.db, operatorId)).find((catalogue) => catalogue.name === name);
  if (!found) throw new UsageError(`There is no catalogue ${name}.`);
  const changes = changesOf(found, undefined);
  const touching = await touchedBy(ctx.db, operatorId, changes);
  if (!dryRun) await forget(ctx, info, { operatorId, name });
  const lines = [...linesOf(changes), ...linesOfTouched(touching), ...(dryRun ? ['Nothing was removed.'] : [])];
  print({}, changes, () => lines.join('\n'));
  return exitCodes.ok;
}

async function forget(ctx: Context, info: RequestInfo, which: { operatorId: string; name: string }): Promise<void> {
  const { name } = which;
  await removeCatalogue(causeOf(ctx, info, info.userAgent, 0), which).catch((error: unknown) => {
    const isMissing = error instanceof Failure && error.code === 'COM0404';
    throw isMissing ? new UsageError(`There is no catalogue ${name}.`) : error;
  });
}
