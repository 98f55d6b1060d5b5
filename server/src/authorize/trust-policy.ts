import { principals, switchUser } from '@warifu/contract';
import { checkTrustPolicy, type LintFinding, parseTrustPolicy as parse, type TrustDocument } from '@warifu/policy';
import { policyOperations } from './catalogue.ts';
import { invalidText } from './documents.ts';

/**
 * Reads a trust policy as it is saved; the same reader as in the console.
 * @throws Failure AUM0031 with the place and the reason of the first problem
 */
export function parseTrustPolicy(text: string): TrustDocument {
  const result = parse(text, principals);
  if (result.ok) return result.document;
  throw invalidText('AUM0031', result.problems[0]);
}

/** The call by which users switch; conditions find the target where other operations have it in their path. */
const switching = policyOperations
  .filter(({ name }) => name === switchUser.operation)
  .map((operation) => ({ ...operation, pathVariables: ['operator_id', 'user_name'] }))[0];

/** Warnings about a trust policy that may be saved all the same; see `findingsIn`. */
export function trustFindingsIn(text: string): LintFinding[] {
  return checkTrustPolicy(parseTrustPolicy(text), switching);
}

/** The statements of a stored trust policy, which was checked when it was saved; without one there are none. */
export function readTrustPolicy(text: string | null): TrustDocument['statements'] {
  return text === null || text === '' ? [] : parseTrustPolicy(text).statements;
}
