import * as contract from '@warifu/contract';
import { type AnyEndpoint, accessOf, type BodyOf, type ParamsOf, type QueryOf, type ReplyOf } from '@warifu/contract';

// The one door to the contract. The published package has in its place what `scripts/client-contract.ts` makes of the
// same constants: their types written out, and of their values those that a request needs.

export { type ErrorCode, type ErrorFacts, errorTable, factTypes, stepUpChallenges } from '@warifu/contract';

type Contract = typeof contract;
type EndpointName = { [Name in keyof Contract]: Contract[Name] extends AnyEndpoint ? Name : never }[keyof Contract];

/** What goes into an operation and what comes out, by its name: path variables, query and body are one object. */
export type Operations = {
  [Name in EndpointName]: {
    input: ParamsOf<Contract[Name]> &
      QueryOf<Contract[Name]> &
      (BodyOf<Contract[Name]> extends undefined ? unknown : BodyOf<Contract[Name]>);
    reply: ReplyOf<Contract[Name]>;
  };
};

/** How an operation travels. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for each path variable. */
  readonly path: string;
  /** What the body is sent as; without it there is none. */
  readonly body?: 'json' | 'form';
  /** A question that changes nothing: it may be asked again. */
  readonly repeatable?: true;
};

/** How an endpoint of the contract travels. */
export function routeOf(endpoint: AnyEndpoint): Route {
  const { method, path, hasBody, form } = endpoint;
  return {
    method,
    path,
    ...(hasBody && { body: form ? 'form' : 'json' }),
    ...((method === 'GET' || accessOf(endpoint) === 'gate key') && { repeatable: true }),
  };
}

/** Every operation, by its name. */
export const routes: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries(contract).flatMap(([name, value]) => (isEndpoint(value) ? [[name, routeOf(value)]] : [])),
);

function isEndpoint(value: unknown): value is AnyEndpoint {
  return typeof value === 'object' && value !== null && 'operation' in value && 'path' in value;
}
