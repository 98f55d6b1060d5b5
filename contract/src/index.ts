import * as assistedReset from './assisted-reset.ts';
import * as audit from './audit.ts';
import * as auth from './auth.ts';
import * as authKeys from './auth-keys.ts';
import { evaluate, evaluateMany } from './authzen.ts';
import * as catalogues from './catalogues.ts';
import * as console from './console.ts';
import * as emails from './emails.ts';
import type { AnyEndpoint } from './endpoint.ts';
import { checkAuthorization, getIdentity, introspectToken, revokeToken } from './gate.ts';
import * as mfa from './mfa.ts';
import * as mfaRequirements from './mfa-requirements.ts';
import * as operators from './operators.ts';
import * as ownFactors from './own-factors.ts';
import * as permissions from './permissions.ts';
import * as roles from './roles.ts';
import * as serverState from './server-state.ts';
import * as signIns from './sign-ins.ts';
import * as userEmails from './user-emails.ts';
import * as users from './users.ts';
import * as waysBack from './ways-back.ts';

export * from './assisted-reset.ts';
export * from './audit.ts';
export * from './auth.ts';
export * from './auth-keys.ts';
export * from './authzen.ts';
export * from './catalogues.ts';
export * from './codes.ts';
export * from './console.ts';
export * from './emails.ts';
export * from './endpoint.ts';
export { type ErrorFacts, factTypes, stepUpChallenges } from './error-facts.ts';
export * from './error-text.ts';
export * from './errors.ts';
export * from './factors.ts';
export * from './fields.ts';
export * from './gate.ts';
export * from './mfa.ts';
export * from './mfa-requirements.ts';
export * from './names.ts';
export * from './operators.ts';
export * from './own-factors.ts';
export * from './permissions.ts';
export * from './roles.ts';
export * from './sandbox.ts';
export * from './server-state.ts';
export * from './sign-ins.ts';
export * from './summaries-ja.ts';
export * from './user-emails.ts';
export * from './users.ts';
export * from './ways-back.ts';

const isEndpoint = (value: unknown): value is AnyEndpoint =>
  typeof value === 'object' && value !== null && 'operation' in value && 'path' in value;

/** Every operation, in the order of the API pages. */
export const endpoints: readonly AnyEndpoint[] = [
  auth,
  signIns,
  console,
  operators,
  serverState,
  emails,
  mfa,
  ownFactors,
  users,
  assistedReset,
  userEmails,
  waysBack,
  authKeys,
  roles,
  mfaRequirements,
  permissions,
  catalogues,
  audit,
  { getIdentity },
].flatMap((module) => Object.values(module).filter(isEndpoint));

/** What no permission is about: the questions of a gate key, and the end of a token that one holds. */
export const gateEndpoints: readonly AnyEndpoint[] = [
  checkAuthorization,
  introspectToken,
  revokeToken,
  evaluate,
  evaluateMany,
];
