import type { FastifyInstance } from 'fastify';
import { Failure } from '../failure.ts';

/** What is known of a path that was asked for: the methods that it takes. */
export type MethodsOf = (url: string) => string[];

/** Learns which methods each path takes; call it before the routes are registered. */
export function watchMethods(app: FastifyInstance): MethodsOf {
  const methods = new Map<string, Set<string>>();
  const paths = new Map<string, RegExp>();
  app.addHook('onRoute', ({ url, method }) => {
    paths.set(url, toPath(url));
    methods.set(url, new Set([...(methods.get(url) ?? []), ...[method].flat()]));
  });
  return (url) => {
    const path = readable(url.replace(/^\w+:\/\/[^/]*/, '').split(/[?#]/)[0] ?? '');
    const fitting = [...paths]
      .filter(([, form]) => form.test(path))
      .flatMap(([route]) => [...(methods.get(route) ?? [])]);
    return [...new Set(fitting)].sort();
  };
}

/** The answer to a request that no route is for: nothing is there, or it takes other methods. */
export function noRouteFor(method: string, url: string, methodsOf: MethodsOf): Failure {
  const allow = methodsOf(url);
  // A path that only looks like one of ours, such as with a parameter that is too long.
  if (allow.length === 0 || allow.includes(method)) return new Failure('COM0404');
  return new Failure('COM0405', { allow: allow.join(', ') });
}

function toPath(route: string): RegExp {
  const pattern = route
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:\w+/g, '[^/]*')
    .replace(/\*/g, '.*');
  return new RegExp(`^${pattern}$`, 's');
}

/** As the router reads it: percent signs that stand for something else than a separator are undone. */
function readable(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
