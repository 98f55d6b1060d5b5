import { readFile } from 'node:fs/promises';
import { type Catalogue, ofHost, readCatalogues } from '../authorize/imported.ts';
import { causeOf } from '../change/cause.ts';
import type { Context, RequestInfo } from '../context.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import {
  type Changes,
  changesOf,
  type Imported,
  type Place,
  problemsBeside,
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
  readonly host?: string;
  readonly unknown: 'deny' | 'signed-in';
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
  { file, name, operator, host, unknown, dryRun, ...output }: ImportOptions & { readonly file: string },
): Promise<number> {
  if (!/^[\w.-]{1,64}$/.test(name)) throw new UsageError('--name must have 1 to 64 letters, digits, ".", "_" or "-".');
  const at = standingAt(host);
  const operatorId = await ownerOf(ctx, operator);
  const operations = await understood(file, async () => readDescription(await textOf(file)));
  const before = (await readCatalogues(ctx.db, operatorId)).find((catalogue) => catalogue.name === name);
  const changes = changesOf(before?.operations ?? [], operations);
  const touching = await touchedBy(ctx.db, operatorId, changes);
  const allows = unknown === 'deny' ? unknown : 'signed in';
  const kept = { operatorId, name, host: at, operations, unknown: allows } as const;
  await understood(file, () => (dryRun ? assertStands(ctx.db, kept) : save(ctx, info, kept)));
  print(output, { operations: operations.length, ...changes, ...touching, saved: !dryRun }, () =>
    [
      ...linesOf(changes),
      ...linesOfTouched(touching),
      `${operations.length} operations${dryRun ? '; nothing was saved' : ''}.`,
    ].join('\n'),
  );
  return exitCodes.ok;
}

async function save(ctx: Context, info: RequestInfo, kept: Imported): Promise<void> {
  await saveCatalogue(causeOf(ctx, info, info.userAgent, 0), kept);
}

async function assertStands(db: Db, kept: Imported): Promise<void> {
  const problems = await problemsBeside(db, kept);
  if (problems.length > 0) throw new DescriptionError(problems);
}

/** @throws UsageError for what is no host */
function standingAt(host: string | undefined): string | undefined {
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
      catalogues.map(({ name, host, operations, unknown }) => [
        name,
        host ?? 'any',
        String(operations.length),
        unknown === 'deny' ? 'denied' : 'allowed to whoever is signed in',
      ]),
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
  const changes = changesOf(found.operations, []);
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
