import type { BodyOf, importCatalogue, Language, previewCatalogue, ReplyOf } from '@warifu/contract';
import { pathVariablesOf } from '../../authorize/catalogue.ts';
import { type ApiOperation, type Catalogue, ofHost, operationsFor, readCatalogues } from '../../authorize/imported.ts';
import type { Cause } from '../../change/cause.ts';
import { etagOf } from '../../change/etag.ts';
import type { Db } from '../../db/database.ts';
import { Failure } from '../../failure.ts';
import { type Changes, changesOf, problemsBeside, type Reach, saveCatalogue } from './catalogues.ts';
import type { Description } from './description.ts';
import { readInThread } from './description-thread.ts';
import { hostOf } from './host.ts';
import { DescriptionError, type Problem } from './problem.ts';
import { writtenTemplate } from './template.ts';
import { touchedBy } from './touched.ts';

/** A catalogue of an operator. */
export type Which = Pick<Catalogue, 'operatorId' | 'name'>;

type Preview = ReplyOf<typeof previewCatalogue>;

/**
 * What importing a file would change and whose permissions it touches; without a file, what removing would.
 * @returns with the tag of what it was compared with
 * @throws Failure COM0001 for a host that is none, COM0404 when what is to be removed is not there, COM0503
 */
export async function previewImport(
  db: Db,
  which: Which,
  { file, host, unknown = 'deny' }: BodyOf<typeof previewCatalogue>,
  language: Language,
): Promise<{ preview: Preview; tag: string }> {
  const before = await findCatalogue(db, which);
  if (file === undefined && !before) throw new Failure('COM0404');
  const tag = etagOf(before?.revision ?? '');
  const reach = { host: hostOf(host), unknown };
  const { operations, shortened, problems } = await read(db, { ...which, ...reach }, file);
  const none: Changes = { added: [], removed: [], renamed: [], moved: [] };
  const after = file === undefined ? undefined : { ...reach, operations };
  const changes = problems.length > 0 ? none : changesOf(before, after);
  const { touched, isPart } = await touchedBy(db, which.operatorId, changes);
  const words = problems.map((problem) => problem[language]);
  return { preview: { problems: words, operations: operations.length, shortened, ...changes, touched, isPart }, tag };
}

type Understood = Description & { readonly problems: readonly Problem[] };

async function read(db: Db, place: Which & Reach, file: string | undefined): Promise<Understood> {
  const nothing = { operations: [], shortened: 0, problems: [] };
  if (file === undefined) return nothing;
  try {
    const description = await readInThread(file);
    const { operations } = description;
    return { ...description, problems: await problemsBeside(db, { ...place, operations }) };
  } catch (error) {
    if (error instanceof DescriptionError) return { ...nothing, problems: error.problems };
    throw error;
  }
}

/**
 * Saves the operations of a file as a catalogue.
 * @throws Failure COM0001 with the first thing that is wrong, COM0412, COM0503
 */
export async function importFile(
  cause: Cause,
  which: Which,
  { file, host, unknown = 'deny' }: BodyOf<typeof importCatalogue>,
  ifMatch: string | undefined,
): Promise<void> {
  const place = { ...which, host: hostOf(host), unknown };
  try {
    const { operations } = await readInThread(file);
    await saveCatalogue(cause, { ...place, operations }, ifMatch);
  } catch (error) {
    const [reason] = error instanceof DescriptionError ? error.problems : [];
    throw reason ? new Failure('COM0001', { field: 'file', reason }) : error;
  }
}

async function findCatalogue(db: Db, { operatorId, name }: Which): Promise<Catalogue | undefined> {
  return (await readCatalogues(db, operatorId)).find((one) => one.name === name);
}

/** The catalogues that there are for an operator, the host's first. */
export async function listCataloguesOf(db: Db, operatorId: string) {
  const { catalogues, imported } = await operationsFor(db, operatorId);
  return catalogues.map(({ operatorId: owner, name, host, unknown, operations, importedAt }) => ({
    name,
    owner: owner === ofHost ? ('host' as const) : ('operator' as const),
    ...(host !== undefined && { host }),
    unknown,
    operations: operations.length,
    hidden: operations.filter((one) => imported.get(one.operation) !== one).length,
    importedAt,
  }));
}

/**
 * A catalogue as an OpenAPI document, which imports as the same one.
 * @throws Failure COM0404
 */
export async function exportCatalogue(db: Db, which: Which) {
  const catalogue = await findCatalogue(db, which);
  if (!catalogue) throw new Failure('COM0404');
  const byPath = Map.groupBy(catalogue.operations, ({ path }) => path);
  const paths = Object.fromEntries([...byPath].map(([path, all]) => [writtenTemplate(path), itemOf(all)]));
  const document = { openapi: '3.1.0', info: { title: catalogue.name, version: '1' }, paths };
  return { document, tag: etagOf(catalogue.revision) };
}

function itemOf(operations: readonly ApiOperation[]): Record<string, unknown> {
  const item = operations.map(({ operation, method, path, summary, queryParameters = [] }) => {
    const schema = { type: 'string' };
    const inPath = pathVariablesOf({ path }).map((name) => ({
      name,
      in: 'path',
      required: true,
      schema,
    }));
    const parameters = [...inPath, ...queryParameters.map((name) => ({ name, in: 'query', schema }))];
    const described = { 'x-permission': operation, summary, ...(parameters.length > 0 && { parameters }) };
    return [method.toLowerCase(), { ...described, responses: { default: { description: '' } } }] as const;
  });
  return Object.fromEntries(item);
}
