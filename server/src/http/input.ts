import { type AnyEndpoint, ignoredHeader } from '@warifu/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { queryReader } from './validation.ts';

/** A header is no place for more; what is beyond is left out. */
const named = { names: 20, characters: 64 };

/**
 * Query and body of a request, before they are checked. Existing clients send `null` for what they do not use, and
 * members that only some other version of the API knows: on operations of the reference both are left out, and the
 * latter are named in the answer. Operations of our own take a request as it is.
 */
export function inputReader(endpoint: AnyEndpoint) {
  const readQuery = queryReader(endpoint.query);
  const known = { query: membersOf(endpoint.query), body: membersOf(endpoint.body) };
  return (request: FastifyRequest, reply: FastifyReply): { readonly query: unknown; readonly body: unknown } => {
    const query: unknown = readQuery(request.query as Record<string, unknown>);
    const body = request.body === undefined ? {} : request.body;
    if (endpoint.own) return { query, body };
    const ignored: string[] = [];
    const kept = { query: keepKnown(known.query, query, ignored), body: keepKnown(known.body, body, ignored) };
    if (ignored.length > 0) reply.header(ignoredHeader, listOf(ignored));
    return kept;
  };
}

function membersOf(schema: unknown): ReadonlySet<string> {
  return new Set(Object.keys((schema as { properties?: object }).properties ?? {}));
}

function keepKnown(members: ReadonlySet<string>, value: unknown, ignored: string[]): unknown {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([name, member]) => {
    const known = members.has(name);
    if (!known) ignored.push(name);
    return known && member !== null;
  });
  return Object.fromEntries(entries);
}

/** An RFC 9651 list of strings; names that are not printable ASCII become display strings. */
function listOf(names: readonly string[]): string {
  const items = names.slice(0, named.names).map((name) => {
    const text = [...name].slice(0, named.characters).join('');
    if (/^[\x20-\x7e]*$/.test(text)) return JSON.stringify(text);
    return `%"${encodeURIComponent(text).replace(/%../g, (octet) => octet.toLowerCase())}"`;
  });
  return items.join(', ');
}
