import { ownOperation } from '../../authorize/catalogue.ts';
import type { ApiOperation } from '../../authorize/imported.ts';
import { limits as allLimits } from '../../limits.ts';
import { parse } from './notation.ts';
import { queryParametersOf } from './parameters.ts';
import { DescriptionError, type Problem, refuse, refuseAt } from './problem.ts';
import { resolved } from './reference.ts';
import { basePathOf, basePathOfServers } from './servers.ts';
import { templateOf } from './template.ts';
import { asObject, asText, isObject, type Values } from './values.ts';

const limits = allLimits.catalogue;
const methods: readonly string[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** What a file says. */
export type Description = {
  readonly operations: readonly ApiOperation[];
  /** How many of them have a name that lacks letters of the file. */
  readonly shortened: number;
};

/**
 * The operations of an OpenAPI 3 or Swagger 2 document, in JSON or YAML. A name is `x-permission` where it is given, else
 * `Tag:operationId`: the first tag, or `Api` without one; without an `operationId` one is made of method and path. What
 * is no ASCII letter, digit, `_`, `-` or `.` is left out of it, as permissions cannot name it, or patterns have a meaning
 * for it.
 * @throws DescriptionError
 */
export function readDescription(text: string): Description {
  if (Buffer.byteLength(text) > limits.bytes) {
    throw refuse(
      'The file is larger than 10 MiB. As JSON without indentation it may fit.',
      'ファイルが 10 MiB を超えています。インデントのない JSON にすると収まることがあります。',
    );
  }
  const document = asObject(parse(text));
  const base = baseOf(document);
  const problems: Problem[] = [];
  const found: Found[] = [];
  for (const [path, item] of Object.entries(asObject(document.paths))) {
    if (found.length > limits.operations || problems.length >= limits.problems) break;
    try {
      if (!path.startsWith('x-')) found.push(...operationsOf(document, { path, item, base }));
    } catch (error) {
      if (!(error instanceof DescriptionError)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...conflictsIn(found));
  if (problems.length > 0) throw new DescriptionError(problems.slice(0, limits.problems));
  if (found.length === 0) {
    throw refuse('The file describes no operation: it has no paths.', 'ファイルに paths がなく、操作がありません。');
  }
  if (found.length > limits.operations) {
    const { operations } = limits;
    throw refuse(`The file describes more than ${operations} operations.`, `操作が ${operations} 個を超えています。`);
  }
  const operations = found.map(({ isShortened: _, ...operation }) => operation);
  return { operations, shortened: found.filter(({ isShortened }) => isShortened).length };
}

type Found = ApiOperation & { readonly isShortened: boolean };

/** What comes before every path: `basePath`, or the path of the servers. */
function baseOf(document: Values): string {
  const { swagger, openapi } = document;
  if (swagger === '2.0') return basePathOf(asText(document.basePath), 'basePath');
  if (typeof openapi !== 'string' || !/^3\.[01]\./.test(openapi)) {
    throw refuse(
      'The file says neither "openapi: 3.0.x", "openapi: 3.1.x" nor "swagger: 2.0".',
      'ファイルに "openapi: 3.0.x"、"openapi: 3.1.x"、"swagger: 2.0" のいずれもありません。',
    );
  }
  return basePathOfServers(document.servers, '') ?? '';
}

type Item = { readonly path: string; readonly item: unknown; readonly base: string };

function operationsOf(document: Values, { path, item, base }: Item): Found[] {
  const template = templateOf(path, path);
  const described = resolved(document, item, path);
  const baseOfItem = basePathOfServers(described.servers, path) ?? base;
  for (const key of Object.keys(described)) if (!isKnown(key)) throw refuseAt(`${path} ${key}`, noMethod);
  return methods
    .filter((method) => Object.hasOwn(described, method))
    .map((method) => {
      const where = `${path} ${method}`;
      const operation = described[method];
      // SECURITY: its name would be another one where it refers to.
      if (!isObject(operation) || operation.$ref !== undefined) {
        throw refuseAt(where, { en: 'is no operation', ja: '操作の定義ではありません。' });
      }
      const below = (basePathOfServers(operation.servers, where) ?? baseOfItem) + template;
      if (below.length > limits.path) throw refuseAt(where, { en: 'a path is too long', ja: 'パスが長すぎます。' });
      const named = nameOf(operation, { method, path: below, where });
      const summary = asText(operation.summary).slice(0, limits.summary);
      const query = queryParametersOf(document, [described.parameters, operation.parameters]);
      const queryParameters = query.length > 0 && { queryParameters: query };
      return { ...named, method: method.toUpperCase(), path: below, summary, ...queryParameters };
    });
}

const noMethod: Problem = {
  en: 'is no method; methods are written in small letters',
  ja: 'メソッドではありません。メソッドは小文字で指定してください。',
};

/** SECURITY: what is not understood here may be an operation, which nobody would have described. */
function isKnown(key: string): boolean {
  return (
    methods.includes(key) ||
    ['$ref', 'summary', 'description', 'servers', 'parameters'].includes(key) ||
    key.startsWith('x-')
  );
}

type Called = { readonly method: string; readonly path: string; readonly where: string };

function nameOf(values: Values, { method, path, where }: Called): Pick<Found, 'operation' | 'isShortened'> {
  const { tags, operationId, 'x-permission': given } = values;
  if (given !== undefined) {
    if (typeof given === 'string' && /^[\w.-]+:[\w.-]+$/.test(given)) return { operation: given, isShortened: false };
    throw refuseAt(`${where} x-permission`, noName);
  }
  const [first] = Array.isArray(tags) ? (tags as unknown[]) : [];
  const [tag, id] = [asText(first), asText(operationId)];
  const operation = `${plain(tag) || 'Api'}:${plain(id) || madeOf(method, path)}`;
  return { operation, isShortened: foreignLetter.test(`${tag} ${id || path}`) };
}

const foreignLetter = /(?!\p{ASCII})[\p{L}\p{M}\p{N}]/u;

const noName: Problem = {
  en: 'is not of the form Tag:operation, with letters, digits, _, - and .',
  ja: '「Tag:operation」の形式で、英数字、_、-、. を使用して指定してください。',
};

/** `order items` is `orderItems`. */
function plain(text: string): string {
  return text.replace(/[^\w.-]+(\w?)/g, (_, next: string) => next.toUpperCase());
}

/** `get /orders/{id}` is `getOrdersById`. */
function madeOf(method: string, path: string): string {
  const words = path.split('/').filter((piece) => piece !== '');
  return method + words.map((word) => capital(plain(word.replace(/\{([^{}]*)\}/g, 'By $1')))).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What two operations may not have in common, with each other or with Warifu's own. */
function conflictsIn(operations: readonly ApiOperation[]): Problem[] {
  const byName = Map.groupBy(operations, ({ operation }) => operation);
  const byShape = Map.groupBy(operations, ({ method, path }) => `${method} ${path.replace(/\{[^{}]*\}/g, '{}')}`);
  const placesOf = (all: readonly ApiOperation[], and: string) =>
    all.map(({ method, path }) => `${method} ${path}`).join(and);
  const severalOf = (groups: ReadonlyMap<string, ApiOperation[]>) => [...groups].filter(([, all]) => all.length > 1);
  return [
    ...severalOf(byName).map(([name, all]) => ({
      en: `${name} is ${placesOf(all, ' and ')}; give each a name of its own by x-permission`,
      ja: `${name} が重複しています (${placesOf(all, '、')})。x-permission で別々の名前を付けてください。`,
    })),
    ...severalOf(byShape).map(([, all]) => ({
      en: `${placesOf(all, ' and ')} match the same requests`,
      ja: `${placesOf(all, ' と ')} が同じリクエストに一致します。`,
    })),
    // SECURITY: a permission for the one would be one for the other.
    ...[...byName.keys()]
      .filter((name) => ownOperation(name) !== undefined)
      .map((name) => ({
        en: `${name} is an operation of Warifu itself; give this one another name by x-permission`,
        ja: `${name} は Warifu 自身の操作です。x-permission で別の名前を付けてください。`,
      })),
    ...[...byName.keys()]
      .filter((name) => name.length > limits.name)
      .map((name) => ({
        en: `${name.slice(0, 40)}… is too long a name`,
        ja: `${name.slice(0, 40)}… は名前が長すぎます。`,
      })),
  ];
}
