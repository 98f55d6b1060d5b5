import { CORE_SCHEMA, load, mergeTag, Schema, YAMLException } from 'js-yaml';
import { ownOperation } from '../../authorize/catalogue.ts';
import type { ApiOperation } from '../../authorize/imported.ts';
import { limits as allLimits } from '../../limits.ts';
import { DescriptionError, type Problem } from './problem.ts';

const limits = allLimits.catalogue;
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * The operations of an OpenAPI 3 or Swagger 2 document, in JSON or YAML. A name is `x-permission` where it is given, else
 * `Tag:operationId`: the first tag, or `Api` without one; without an `operationId` one is made of method and path. What
 * is no letter, digit, `_`, `-` or `.` is left out of it, as patterns have a meaning for some.
 * @throws DescriptionError
 */
export function readDescription(text: string): ApiOperation[] {
  if (Buffer.byteLength(text) > limits.bytes) {
    throw refuse(
      'The file is larger than 10 MiB. As JSON without indentation it may fit.',
      'ファイルが 10 MiB を超えています。インデントのない JSON にすると収まることがあります。',
    );
  }
  const document = asObject(parse(text));
  const base = basePathOf(document);
  const problems: Problem[] = [];
  const found: ApiOperation[] = [];
  for (const [path, item] of Object.entries(asObject(document.paths))) {
    if (found.length > limits.operations || problems.length >= limits.problems) break;
    try {
      found.push(...operationsOf(document, { path: base + path, item, where: path }));
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
  return found;
}

function refuse(en: string, ja: string): DescriptionError {
  return new DescriptionError([{ en, ja }]);
}

/**
 * What people write beside JSON: `<<`, and no tag of any other language.
 * SECURITY: the library counts what is merged and how deep it is nested; an alias is the same object, not a copy.
 */
const yaml = { schema: new Schema([...CORE_SCHEMA.tags, mergeTag]), maxDepth: 100, maxTotalMergeKeys: 100_000 };

function parse(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : load(text, yaml);
  } catch (error) {
    const message = error instanceof YAMLException ? error.message.split('\n')[0] : (error as Error).message;
    const why = (message ?? '').slice(0, 200);
    throw refuse(`The file is neither JSON nor YAML: ${why}`, `ファイルが JSON でも YAML でもありません: ${why}`);
  }
}

type Values = Readonly<Record<string, unknown>>;

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asObject(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

/** What comes before every path: `basePath`, or the path of the first server. */
function basePathOf(document: Values): string {
  const { swagger, openapi } = document;
  if (swagger === '2.0') return withoutEnd(asText(document.basePath));
  if (typeof openapi !== 'string' || !/^3\.[01]\./.test(openapi)) {
    throw refuse(
      'The file says neither "openapi: 3.0.x", "openapi: 3.1.x" nor "swagger: 2.0".',
      'ファイルに "openapi: 3.0.x"、"openapi: 3.1.x"、"swagger: 2.0" のいずれもありません。',
    );
  }
  const [server] = Array.isArray(document.servers) ? (document.servers as unknown[]) : [];
  const { url, variables } = asObject(server);
  const filled = asText(url).replace(/\{(\w+)\}/g, (_, name: string) =>
    asText(asObject(asObject(variables)[name]).default),
  );
  return URL.canParse(filled, 'http://any') ? withoutEnd(new URL(filled, 'http://any').pathname) : '';
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, '');
}

type Item = { readonly path: string; readonly item: unknown; readonly where: string };

function operationsOf(document: Values, { path, item, where }: Item): ApiOperation[] {
  const wrong = wrongPath(path);
  if (wrong) throw refuse(`${short(where)}: ${wrong.en}`, `${short(where)}: ${wrong.ja}`);
  const described = resolved(document, item, where);
  return methods
    .filter((method) => typeof described[method] === 'object')
    .map((method) => {
      const operation = asObject(described[method]);
      const summary = asText(operation.summary).slice(0, limits.summary);
      return { operation: nameOf(operation, method, path), method: method.toUpperCase(), path, summary };
    });
}

function short(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function wrongPath(path: string): Problem | undefined {
  if (!path.startsWith('/')) return { en: 'a path begins with /', ja: 'パスは / で始まる必要があります。' };
  if (path.length > limits.path) return { en: 'a path is too long', ja: 'パスが長すぎます。' };
  if (/[*?#\\]|\/\/|\/\.{1,2}(\/|$)/.test(path)) {
    return { en: 'such a path matches no request as it is', ja: 'このままのパスに一致するリクエストはありません。' };
  }
  const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  if (!names.every((name) => /^[\w.-]{1,64}$/.test(name) && !reserved.has(name))) {
    return { en: 'a {name} is not one', ja: '{名前} として使用できないものがあります。' };
  }
  if (new Set(names).size !== names.length)
    return { en: 'a {name} is there twice', ja: '同じ {名前} が重複しています。' };
  if (!/[{}]/.test(path.replace(/\{[^{}]*\}/g, ''))) return undefined;
  return { en: 'a { or } stands alone', ja: '対になっていない { か } があります。' };
}

/** What is no plain member of an object: values are kept by these names. */
const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A path item, or what it refers to in the same file (JSON Pointer, RFC 6901). */
function resolved(document: Values, item: unknown, where: string): Values {
  let value = asObject(item);
  for (let steps = 0; typeof value.$ref === 'string'; steps++) {
    if (!value.$ref.startsWith('#/') || steps === 8) {
      const at = `${short(where)}: $ref ${value.$ref.slice(0, 80)}`;
      throw refuse(
        `${at} leads out of the file, or in a circle`,
        `${at} が、ファイルの外を参照しているか、循環しています。`,
      );
    }
    const pieces = value.$ref.slice(2).split('/');
    const names = pieces.map((piece) => decodeURIComponent(piece).replaceAll('~1', '/').replaceAll('~0', '~'));
    value = asObject(
      names.reduce<unknown>((at, name) => (Object.hasOwn(asObject(at), name) ? asObject(at)[name] : {}), document),
    );
  }
  return value;
}

function nameOf(operation: Values, method: string, path: string): string {
  const { tags, operationId } = operation;
  const given = operation['x-permission'];
  if (typeof given === 'string' && /^[\w.-]+:[\w.-]+$/.test(given)) return given;
  const [tag] = Array.isArray(tags) ? (tags as unknown[]) : [];
  return `${plain(asText(tag)) || 'Api'}:${plain(asText(operationId)) || madeOf(method, path)}`;
}

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
      en: `${name} is ${placesOf(all, ' and ')}`,
      ja: `${name} が重複しています: ${placesOf(all, '、')}`,
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
