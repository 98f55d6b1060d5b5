import createRouter, { type HTTPMethod } from 'find-my-way';
import type { ApiOperation } from '../../authorize/imported.ts';

/** The operation of a request, with the decoded values of its path. */
export type Matched = { readonly operation: ApiOperation; readonly pathVariables: Readonly<Record<string, string>> };

/** Finds the operation of a method and a plain path, literal before variable. */
export function routerOf(operations: readonly ApiOperation[]): (method: string, path: string) => Matched | undefined {
  const router = createRouter({ caseSensitive: true, maxParamLength });
  for (const operation of operations) {
    const { route, names } = routeOf(operation);
    router.on(operation.method as HTTPMethod, route, () => undefined, { operation, names });
  }
  return (method, path) => {
    if (!isPlainPath(path)) return undefined;
    const found = router.find(method as HTTPMethod, path);
    if (!found) return undefined;
    const { operation, names } = found.store as { operation: ApiOperation; names: string[] };
    const values = names.map((name, at) => [name, found.params[`p${at}`] ?? ''] as const);
    return { operation, pathVariables: Object.fromEntries(values) };
  };
}

/**
 * Whether a path differs from a described one in its case or a slash at its end only: many frameworks take it for that
 * one.
 */
export function likenessOf(operations: readonly ApiOperation[]): (method: string, path: string) => boolean {
  const router = createRouter({ caseSensitive: false, ignoreTrailingSlash: true, maxParamLength });
  for (const operation of operations) {
    const { route } = routeOf({ path: operation.path.replace(/(?<=.)\/$/, '') });
    const method = operation.method as HTTPMethod;
    if (!router.hasRoute(method, route.toLowerCase())) router.on(method, route.toLowerCase(), () => undefined);
  }
  return (method, path) => router.find(method as HTTPMethod, path) !== null;
}

const maxParamLength = 2048;

/** A template as the router writes it, and the names in it. */
function routeOf({ path }: Pick<ApiOperation, 'path'>): { route: string; names: readonly string[] } {
  const names: string[] = [];
  const route = path.replaceAll(':', '::').replace(/\{([^{}]*)\}/g, (_, name: string) => {
    names.push(name);
    // Numbered, as a name may have what the router reads as its end; up to what follows within the segment.
    return `:p${names.length - 1}(^[^/]+?)`;
  });
  return { route, names };
}

/**
 * Whether every program reads a path alike.
 * SECURITY: dot segments, empty ones, a backslash, parameters of a segment, encoded separators and controls, what is
 * encoded twice and what is no UTF-8 are one path to the gate and another to the program behind it.
 */
export function isPlainPath(path: string): boolean {
  if (!/^\/[\x21-\x7e]*$/.test(path) || unplain.test(path)) return false;
  try {
    const segments = decodeURIComponent(path).split('/').slice(1);
    return segments.every(
      (segment, at) => segment !== '.' && segment !== '..' && (segment !== '' || at === segments.length - 1),
    );
  } catch {
    return false;
  }
}

const unplain = /[\\?#;]|%(?:2f|5c|3b|[01][\da-f]|7f|25[\da-f]{2})/i;
