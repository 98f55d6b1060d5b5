import { type Access, type AnyEndpoint, accessOf, endpoints, type Trait } from '@warifu/contract';
import type { Operation, Request } from '@warifu/policy';

/** The path variable that names the SAM user acted on. */
const target = 'user_name';
/** The condition under which only the caller itself is meant. */
export const onlyOneself = `pathVariable('${target}') == samUserName`;

const policyTraits = ['removes-mfa', 'credentials'] as const;

/** An operation that permissions can name: of this server, or of a guarded API. */
export type KnownOperation = Pick<AnyEndpoint, 'operation' | 'path' | 'personOnly' | 'stepUp' | 'traits'> & {
  readonly method: string;
  readonly access: Access;
  /** Of this server: an `operator_id` in its path is the caller's own. */
  readonly isOwn: boolean;
};

/** The operations of this server by name; `imported.ts` has those of guarded APIs beside them. */
const byName: ReadonlyMap<string, AnyEndpoint> = new Map(endpoints.map((endpoint) => [endpoint.operation, endpoint]));

/** An operation of this server; undefined for every other name. */
export function ownOperation(name: string): KnownOperation | undefined {
  const endpoint = byName.get(name);
  return endpoint && { ...endpoint, isOwn: true, access: accessOf(endpoint) };
}

/** Names of the operations that have a trait. */
export function operationsWith(trait: Trait): string[] {
  return endpoints.filter(({ traits }) => traits.includes(trait)).map(({ operation }) => operation);
}

/** Names of the `{name}`s of an operation's path. */
export function pathVariablesOf({ path }: Pick<AnyEndpoint, 'path'>): string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');
}

/** The operations of this server as the permission language knows them. */
export const policyOperations: readonly Operation[] = endpoints.map((endpoint) => ({
  name: endpoint.operation,
  pathVariables: pathVariablesOf(endpoint),
  method: endpoint.method,
  path: endpoint.path,
  traits: policyTraits.filter((trait) => endpoint.traits.includes(trait)),
  target,
}));

type Asking = { readonly authMethod: Request['authMethod']; readonly userName: string };
type Closing = Pick<AnyEndpoint, 'personOnly' | 'traits'>;

/**
 * SECURITY: whether a session calls an operation never, whatever the permissions say (R50, R64). One that was opened by a
 * switch or an AuthKey, which may be a stolen one, makes no credential for its own user and ends no session of it but
 * itself; one of a switch makes no credential at all, because that outlives it.
 * @param onUser the user in the operation's path; undefined when the path has none, which means the caller itself
 */
export function isClosedTo({ authMethod, userName }: Asking, endpoint: Closing, onUser: string | undefined): boolean {
  if (authMethod !== 'switchUser' && authMethod !== 'authKey') return false;
  if (endpoint.personOnly || (authMethod === 'switchUser' && makesCredential(endpoint))) return true;
  const onItself = onUser === undefined || onUser === userName;
  return onItself && (makesCredential(endpoint) || endpoint.traits.includes('ends sessions'));
}

function makesCredential({ traits }: Closing): boolean {
  return traits.includes('lasting credential');
}

/** What no switched session calls, on whomever. */
export const closedToSwitched: readonly string[] = endpoints
  .filter((endpoint) => endpoint.personOnly || makesCredential(endpoint))
  .map(({ operation }) => operation);
