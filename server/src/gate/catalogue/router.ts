import createRouter, { type HTTPMethod } from 'find-my-way';
import type { ApiOperation } from './description.ts';

/** The operation of a request, with the decoded values of its path. */
export type Matched = { readonly operation: ApiOperation; readonly pathVariables: Readonly<Record<string, string>> };

/**
 * Finds the operation of a method and a path, literal before variable.
 * SECURITY: a path that two programs could read differently has no operation: dot segments, empty ones, a backslash, an
 * encoded slash, what is no UTF-8.
 */
export function routerOf(operations: readonly ApiOperation[]): (method: string, path: string) => Matched | undefined {
  const router = createRouter({ caseSensitive: true, maxParamLength: 2048 });
  for (const operation of operations) {
    const names: string[] = [];
    const route = operation.path.replaceAll(':', '::').replace(/\{([^{}]*)\}/g, (_, name: string) => {
      names.push(name);
      // Numbered, as a name may have what the router reads as its end; up to what follows within the segment.
      return `:p${names.length - 1}(^[^/]+?)`;
    });
    router.on(operation.method as HTTPMethod, route, () => undefined, { operation, names });
  }
  return (method, path) => {
    if (!isPlain(path)) return undefined;
    const found = router.find(method as HTTPMethod, path);
    if (!found) return undefined;
    const { operation, names } = found.store as { operation: ApiOperation; names: string[] };
    const values = names.map((name, at) => [name, found.params[`p${at}`] ?? ''] as const);
    return { operation, pathVariables: Object.fromEntries(values) };
  };
}

function isPlain(path: string): boolean {
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[\\?#]|%2f|%5c|%00/i.test(path)) return false;
  try {
    const segments = decodeURIComponent(path).split('/').slice(1);
    return segments.every(
      (segment, at) => segment !== '.' && segment !== '..' && (segment !== '' || at === segments.length - 1),
    );
  } catch {
    return false;
  }
}
