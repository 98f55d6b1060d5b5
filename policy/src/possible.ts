import type { Expression } from './ast.ts';
import { compileTest } from './condition-compiler.ts';
import { textOf } from './constants.ts';
import { FAILS, FALSE, type Outcome, TRUE } from './outcome.ts';
import type { Request } from './request.ts';
import type { Operation } from './source.ts';

/** A set of outcomes, one bit each: what a condition may give over all calls of one operation. */
export type Outcomes = number;

const MAY_BE_FALSE = 1 << FALSE;
export const MAY_BE_TRUE = 1 << TRUE;
export const MAY_FAIL = 1 << FAILS;
const ANY = MAY_BE_FALSE | MAY_BE_TRUE | MAY_FAIL;

/**
 * All outcomes that `e` may have for `operation`, and perhaps more: parts are taken one by one, so
 * `samUserName == 'a' and samUserName == 'b'` is thought possible. Never too few. A path variable that the operation
 * does not have always fails; comparisons of literals and of `api` are decided.
 */
export function possibleOutcomes(e: Expression, operation: Operation): Outcomes {
  switch (e.kind) {
    case 'and':
      return each(e.operands, operation).reduce((a, b) => allPairs(a, b, conjunction));
    case 'or':
      return each(e.operands, operation).reduce((a, b) => allPairs(a, b, disjunction));
    case 'not':
      return allPairs(possibleOutcomes(e.operand, operation), MAY_BE_TRUE, negation);
    case 'compare':
      return ofRelation(e, [e.left, e.right], [e.left, e.right], operation);
    case 'in':
      return ofRelation(e, [e.left], [e.left, ...e.list], operation);
    case 'like':
      return ofRelation(e, [e.left], [e.left], operation);
    default:
      return e.kind === 'boolean' ? decided(e, operation) : ANY;
  }
}

function each(operands: readonly Expression[], operation: Operation): Outcomes[] {
  return operands.map((operand) => possibleOutcomes(operand, operation));
}

/** `needed`: parts whose failure is the failure of the whole. `all`: what the outcome depends on. */
function ofRelation(
  e: Expression,
  needed: readonly Expression[],
  all: readonly Expression[],
  operation: Operation,
): Outcomes {
  if (needed.some((part) => isMissing(part, operation))) return MAY_FAIL;
  return all.every(isKnown) ? decided(e, operation) : ANY;
}

function isMissing(e: Expression, { pathVariables }: Operation): boolean {
  if (e.kind !== 'call' || e.name !== 'pathVariable') return false;
  return !pathVariables.includes(textOf(e.arguments[0] as Expression));
}

function isKnown(e: Expression): boolean {
  if (e.kind === 'variable') return e.name === 'api';
  if (e.kind === 'call') return e.name === 'date' || e.name === 'time';
  return e.kind === 'string' || e.kind === 'integer' || e.kind === 'boolean';
}

/** Only called where nothing but the operation's name is read. */
function decided(e: Expression, { name }: Operation): Outcomes {
  return 1 << compileTest(e)({ api: name } as Request);
}

function allPairs(a: Outcomes, b: Outcomes, join: (x: Outcome, y: Outcome) => Outcome): Outcomes {
  let outcomes = 0;
  for (const x of OUTCOMES) {
    for (const y of OUTCOMES) if (a & (1 << x) && b & (1 << y)) outcomes |= 1 << join(x, y);
  }
  return outcomes;
}

const OUTCOMES: readonly Outcome[] = [FALSE, TRUE, FAILS];

function conjunction(x: Outcome, y: Outcome): Outcome {
  if (x === FALSE || y === FALSE) return FALSE;
  return x === FAILS || y === FAILS ? FAILS : TRUE;
}

function disjunction(x: Outcome, y: Outcome): Outcome {
  return negation(conjunction(negation(x), negation(y)));
}

function negation(x: Outcome): Outcome {
  return x === FAILS ? FAILS : x === TRUE ? FALSE : TRUE;
}
