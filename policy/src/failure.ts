import type { Call, Expression, Variable } from './ast.ts';
import { textOf } from './constants.ts';
import { LIMITS } from './limits.ts';
import type { Code } from './messages.ts';
import type { Params } from './problem.ts';
import type { Request } from './request.ts';

/** Why a part of a condition failed; `describeProblem` gives its text. */
export interface ConditionFailure {
  readonly code: Code;
  readonly params: Params;
}

/** Why the variable or call `e`, just read as a failure, has no value on this call. */
export function failureOf(e: Expression, request: Request): ConditionFailure {
  return e.kind === 'variable' ? ofVariable(e, request) : ofCall(e as Call, request);
}

function ofVariable({ name }: Variable, request: Request): ConditionFailure {
  if (name === 'sourceIp') return { code: 'FAIL_ADDRESS', params: {} };
  if (name.startsWith('current')) return { code: 'FAIL_TIME', params: {} };
  // Only a string can be there and still be refused: for its length.
  const given: unknown = request[name as keyof Request];
  return typeof given === 'string' ? tooLong(name) : { code: 'FAIL_VALUE', params: { name } };
}

function ofCall(e: Call, request: Request): ConditionFailure {
  if (e.name === 'ipAddress') return { code: 'FAIL_ADDRESS', params: {} };
  if (e.name === 'dateTime') return { code: 'FAIL_TIME', params: {} };
  const name = textOf(e.arguments[0] as Expression);
  const isPath = e.name === 'pathVariable';
  const given = isPath ? request.pathVariables : request.queryParameters;
  if (!Object.hasOwn(given, name))
    return { code: isPath ? 'FAIL_PATH_VARIABLE' : 'FAIL_QUERY_PARAMETER', params: { name } };
  const value = [given[name]].flat()[0];
  return typeof value === 'string' ? tooLong(name) : { code: 'FAIL_VALUE', params: { name } };
}

function tooLong(name: string): ConditionFailure {
  return { code: 'FAIL_LENGTH', params: { name, limit: LIMITS.textLength } };
}
