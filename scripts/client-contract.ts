import type { AnyEndpoint } from '@warifu/contract';
import * as contract from '@warifu/contract';
import { routeOf } from '../client/src/contract.ts';

// What the published client has instead of the contract: no schema at run time, and types that need no library. The types
// are written from the schemas; a test holds them against those that the workspaces derive.

/** A part of JSON Schema: the one that the contract is written in. */
type Schema = {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly description?: string;
};

const operations = Object.entries<unknown>(contract).filter((entry): entry is [string, AnyEndpoint] => {
  const [, value] = entry;
  return typeof value === 'object' && value !== null && 'operation' in value && 'path' in value;
});

/** The source of `contract.ts` in the published package. */
export function contractSource(): string {
  const routes = Object.fromEntries(operations.map(([name, endpoint]) => [name, routeOf(endpoint)]));
  const facts = Object.entries(contract.factTypes).map(([name, type]) => `${name}?: ${typeOf({ type })}`);
  return `export type ErrorCode = ${Object.keys(contract.errorTable).map(quoted).join(' | ')};
export type ErrorFacts = { ${facts.join('; ')} };
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: 'json' | 'form';
  readonly repeatable?: true;
};
/** What goes into an operation and what comes out, by its name: path variables, query and body are one object. */
export type Operations = {
${operations.map(operationType).join('\n')}
};
type ErrorRow = { readonly status: number; readonly en: string; readonly ja: string };
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = ${JSON.stringify(errorRows(), null, 2)};
export const factTypes: Readonly<Record<keyof ErrorFacts, 'string' | 'integer'>> = ${JSON.stringify(contract.factTypes)};
export const stepUpChallenges: Readonly<Record<'password' | 'mfa', string>> = ${JSON.stringify(contract.stepUpChallenges)};
export const routes: Readonly<Record<string, Route>> = ${JSON.stringify(routes, null, 2)};
`;
}

function errorRows(): object {
  const rows = Object.entries(contract.errorTable).map(([code, { status, en, ja }]) => [code, { status, en, ja }]);
  return Object.fromEntries(rows) as object;
}

function operationType([name, { summary, operation, params, query, body, reply, hasBody }]: [
  string,
  AnyEndpoint,
]): string {
  const parts: Schema[] = [params, query, ...(hasBody ? [body] : [])];
  const input = {
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<string, Schema>,
    required: parts.flatMap(({ required = [] }) => required),
  };
  const answer = isEmpty(reply) ? 'undefined' : typeOf(reply);
  return `  /** \`${operation}\`: ${summary} */\n  ${name}: { input: ${typeOf(input)}; reply: ${answer} };`;
}

/** No bytes at all. */
function isEmpty({ type, properties = {} }: Schema): boolean {
  return type === 'object' && Object.keys(properties).length === 0;
}

/** @throws Error for a schema of another kind */
function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(quoted).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `Array<${typeOf(schema.items ?? {})}>`;
    case 'object':
      return objectType(schema);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function objectType({ properties, patternProperties, required = [] }: Schema): string {
  if (patternProperties) return `Record<string, ${typeOf(Object.values(patternProperties)[0] ?? {})}>`;
  const members = Object.entries(properties ?? {}).map(([name, schema]) => {
    const says = schema.description === undefined ? '' : `/** ${schema.description} */ `;
    return `${says}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`;
  });
  return members.length === 0 ? 'object' : `{ ${members.join('; ')} }`;
}

function quoted(text: string): string {
  return `'${text}'`;
}
