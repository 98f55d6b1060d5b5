import { type AnyEndpoint, endpoints, type Trait } from '@warifu/contract';
import type { Operation } from '@warifu/policy';

const policyTraits = ['removes-mfa', 'credentials'] as const;

/** The operations of this server by name. A second catalogue, of a guarded API, is another value of this kind. */
const byName: ReadonlyMap<string, AnyEndpoint> = new Map(endpoints.map((endpoint) => [endpoint.operation, endpoint]));

export function findOperation(name: string): AnyEndpoint | undefined {
  return byName.get(name);
}

/** Names of the operations that have a trait. */
export function operationsWith(trait: Trait): string[] {
  return endpoints.filter(({ traits }) => traits.includes(trait)).map(({ operation }) => operation);
}

/** Names of the `{name}`s of an operation's path. */
export function pathVariablesOf({ path }: Pick<AnyEndpoint, 'path'>): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

/** The catalogue as the permission language knows it. */
export const policyOperations: readonly Operation[] = endpoints.map((endpoint) => ({
  name: endpoint.operation,
  pathVariables: pathVariablesOf(endpoint),
  method: endpoint.method,
  path: endpoint.path,
  traits: policyTraits.filter((trait) => endpoint.traits.includes(trait)),
  target: 'user_name',
}));

/** What only a person with a password may call, so no switched session (R50, R64). */
export const personOnlyOperations: readonly string[] = endpoints
  .filter(({ personOnly }) => personOnly)
  .map(({ operation }) => operation);
