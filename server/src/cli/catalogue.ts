import { readFile } from 'node:fs/promises';
import { causeOf } from '../change/cause.ts';
import type { Context, RequestInfo } from '../context.ts';
import { Failure } from '../failure.ts';
import {
  changesOf,
  permissionsNaming,
  readCatalogues,
  removeCatalogue,
  saveCatalogue,
} from '../gate/catalogue/catalogues.ts';
import { DescriptionError, readDescription } from '../gate/catalogue/description.ts';
import { asTable, exitCodes, type Output, print, UsageError } from './frame.ts';

export type ImportOptions = Output & {
  readonly name: string;
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
  { file, name, host, unknown, dryRun, ...output }: ImportOptions & { readonly file: string },
): Promise<number> {
  if (!/^[\w.-]{1,64}$/.test(name)) throw new UsageError('--name must have 1 to 64 letters, digits, ".", "_" or "-".');
  const operations = await understood(file, async () => readDescription(await textOf(file)));
  const before = (await readCatalogues(ctx.db)).find((catalogue) => catalogue.name === name);
  const changes = changesOf(before?.operations ?? [], operations);
  const touched: Record<string, string[]> = {};
  for (const operation of changes.removed) touched[operation] = await permissionsNaming(ctx.db, operation);
  if (!dryRun) {
    const cause = causeOf(ctx, info, info.userAgent, 0);
    const kept = {
      name,
      host: host?.toLowerCase(),
      operations,
      unknown: unknown === 'deny' ? unknown : 'signed in',
    } as const;
    await understood(file, () => saveCatalogue(cause, kept));
  }
  print(output, { operations: operations.length, ...changes, permissions: touched, saved: !dryRun }, () =>
    [
      ...changes.added.map((operation) => `+ ${operation}`),
      ...changes.moved.map((operation) => `~ ${operation}`),
      ...changes.removed.map((operation) => [`- ${operation}`, ...(touched[operation] ?? [])].join('\n    named by ')),
      `${operations.length} operations${dryRun ? '; nothing was saved' : ''}.`,
    ].join('\n'),
  );
  return exitCodes.ok;
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

/**
 * Prints every catalogue.
 * @returns the exit code
 */
export async function printCatalogues(ctx: Context, output: Output): Promise<number> {
  const catalogues = await readCatalogues(ctx.db);
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

/**
 * Forgets a catalogue.
 * @returns the exit code
 * @throws UsageError for an unknown one
 */
export async function remove(ctx: Context, info: RequestInfo, name: string): Promise<number> {
  await removeCatalogue(causeOf(ctx, info, info.userAgent, 0), name).catch((error: unknown) => {
    const isMissing = error instanceof Failure && error.code === 'COM0404';
    throw isMissing ? new UsageError(`There is no catalogue ${name}.`) : error;
  });
  return exitCodes.ok;
}
