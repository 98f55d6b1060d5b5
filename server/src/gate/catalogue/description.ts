import { load, YAMLException } from 'js-yaml';
import { findOperation } from '../../authorize/catalogue.ts';

/** An operation of a guarded API. */
export type ApiOperation = {
  /** `Tag:operationId`, as permissions name it. */
  readonly operation: string;
  readonly method: string;
  /** With `{name}`s, from the root of the host. */
  readonly path: string;
  readonly summary: string;
};

/** A description that cannot be taken; `problems` says where and why, a line each. */
export class DescriptionError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const limits = { bytes: 10 * 1024 * 1024, operations: 5000, problems: 20, name: 128 };
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * The operations of an OpenAPI 3 or Swagger 2 document, in JSON or YAML. A name is `x-permission` where it is given, else
 * `Tag:operationId`: the first tag, or `Api` without one; without an `operationId` one is made of method and path. What
 * is no letter, digit, `_`, `-` or `.` is left out of it, as patterns have a meaning for some.
 * @throws DescriptionError
 */
export function readDescription(text: string): ApiOperation[] {
  if (Buffer.byteLength(text) > limits.bytes) throw new DescriptionError(['The file is larger than 10 MiB.']);
  const document = asObject(parse(text));
  const base = basePathOf(document);
  const problems: string[] = [];
  const found: ApiOperation[] = [];
  for (const [path, item] of Object.entries(asObject(document.paths))) {
    if (found.length > limits.operations) break;
    try {
      found.push(...operationsOf(document, { path: base + path, item, where: path }));
    } catch (error) {
      if (!(error instanceof DescriptionError)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...conflictsIn(found));
  if (problems.length > 0) throw new DescriptionError(problems.slice(0, limits.problems));
  if (found.length === 0) throw new DescriptionError(['The file describes no operation: it has no paths.']);
  if (found.length > limits.operations) {
    throw new DescriptionError([`The file describes more than ${limits.operations} operations.`]);
  }
  return found;
}

function parse(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : load(text);
  } catch (error) {
    const message = error instanceof YAMLException ? error.message.split('\n')[0] : (error as Error).message;
    throw new DescriptionError([`The file is neither JSON nor YAML: ${message}`]);
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
    throw new DescriptionError(['The file says neither "openapi: 3.0.x", "openapi: 3.1.x" nor "swagger: 2.0".']);
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
  if (wrong !== undefined) throw new DescriptionError([`${where}: ${wrong}`]);
  const described = resolved(document, item, where);
  return methods
    .filter((method) => typeof described[method] === 'object')
    .map((method) => {
      const operation = asObject(described[method]);
      const summary = asText(operation.summary).slice(0, 256);
      return { operation: nameOf(operation, method, path), method: method.toUpperCase(), path, summary };
    });
}

function wrongPath(path: string): string | undefined {
  if (!path.startsWith('/')) return 'a path begins with /';
  if (/[*?#\\]|\/\/|\/\.{1,2}(\/|$)/.test(path)) return 'such a path matches no request as it is';
  const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
  if (names.length > 0 && !names.every((name) => /^[\w.-]{1,64}$/.test(name ?? ''))) return 'a {name} is not one';
  if (new Set(names).size !== names.length) return 'a {name} is there twice';
  return /[{}]/.test(path.replace(/\{[^{}]*\}/g, '')) ? 'a { or } stands alone' : undefined;
}

/** A path item, or what it refers to in the same file (JSON Pointer, RFC 6901). */
function resolved(document: Values, item: unknown, where: string): Values {
  let value = asObject(item);
  for (let steps = 0; typeof value.$ref === 'string'; steps++) {
    if (!value.$ref.startsWith('#/') || steps === 8) {
      throw new DescriptionError([`${where}: $ref ${value.$ref.slice(0, 80)} leads out of the file, or in a circle`]);
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
function conflictsIn(operations: readonly ApiOperation[]): string[] {
  const byName = Map.groupBy(operations, ({ operation }) => operation);
  const byShape = Map.groupBy(operations, ({ method, path }) => `${method} ${path.replace(/\{[^{}]*\}/g, '{}')}`);
  const placeOf = ({ method, path }: ApiOperation) => `${method} ${path}`;
  return [
    ...[...byName]
      .filter(([, all]) => all.length > 1)
      .map(([name, all]) => `${name} is ${all.map(placeOf).join(' and ')}`),
    ...[...byShape]
      .filter(([, all]) => all.length > 1)
      .map(([, all]) => `${all.map(placeOf).join(' and ')} match the same requests`),
    // SECURITY: a permission for the one would be one for the other.
    ...[...byName.keys()]
      .filter((name) => findOperation(name) !== undefined)
      .map((name) => `${name} is an operation of Warifu itself; give this one another name by x-permission`),
    ...[...byName.keys()]
      .filter((name) => name.length > limits.name)
      .map((name) => `${name.slice(0, 40)}… is too long a name`),
  ];
}
