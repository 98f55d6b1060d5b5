import type { Comparison, Expression, Likeness, Membership, Ordering } from './ast.ts';
import { compileRead, compileTest, isConstant, MIRRORED } from './condition-compiler.ts';
import { networksOf, textOf } from './constants.ts';
import { type Fact, type ValueSet, valueSet } from './fact.ts';
import { networkSet } from './networks.ts';
import { TRUE } from './outcome.ts';
import { glob } from './pattern.ts';
import { printOperand } from './printer.ts';
import type { Request, Value } from './request.ts';

/** A condition in one shape: `not` only at the facts, comparisons as facts about a subject. */
export type Clause = Junction | Fact;

/** True when all (any) of the parts are; without parts that is always (never). */
export interface Junction {
  readonly kind: 'all' | 'any';
  readonly parts: readonly Clause[];
}

export const ALWAYS: Clause = { kind: 'all', parts: [] };
export const NEVER: Clause = { kind: 'any', parts: [] };

/**
 * The clause that is true exactly when the condition is true (`wanted`) or false (not `wanted`); never when it fails.
 * Sound because `and`, `or` and `not` over true, false and fails keep the laws of De Morgan.
 */
export function clauseOf(e: Expression, wanted: boolean): Clause {
  switch (e.kind) {
    case 'not':
      return clauseOf(e.operand, !wanted);
    case 'and':
    case 'or':
      return { kind: (e.kind === 'and') === wanted ? 'all' : 'any', parts: e.operands.map((o) => clauseOf(o, wanted)) };
    case 'compare':
      return ofComparison(e, wanted);
    case 'in':
      return ofMembership(e, wanted);
    case 'like':
      return ofLikeness(e, wanted);
    case 'call':
      return fact('sourceIp', { kind: 'networks', networks: networksOf(e) }, !wanted);
    default:
      return e.kind === 'boolean' ? settled(e, wanted) : ofYesOrNo(e, wanted);
  }
}

function fact(subject: string, set: ValueSet, negated: boolean): Fact {
  return { kind: 'fact', subject, set, negated };
}

/** A condition of constants only. */
function settled(e: Expression, wanted: boolean): Clause {
  return (compileTest(e)({} as Request) === TRUE) === wanted ? ALWAYS : NEVER;
}

function ofYesOrNo(e: Expression, value: boolean): Clause {
  return fact(printOperand(e), valueSet([value]), false);
}

function ofComparison(e: Comparison, wanted: boolean): Clause {
  const { left, operator, right } = e;
  if (isConstant(left) && isConstant(right)) return settled(e, wanted);
  if (isConstant(right)) return withConstant(left, operator, right, wanted);
  if (isConstant(left)) return withConstant(right, MIRRORED[operator], left, wanted);
  return betweenReads(left, operator, right, wanted);
}

/**
 * Compared in one direction and one order, so that `a == b` and `b == a` are one subject.
 * SECURITY: operands keep their parentheses; else `(a or b) == c` would be taken for `a or (b == c)`.
 */
function betweenReads(left: Expression, operator: Ordering, right: Expression, wanted: boolean): Clause {
  const [a, b] = [printOperand(left), printOperand(right)];
  if (operator === '==' || operator === '!=') {
    return fact(a < b ? `${a} == ${b}` : `${b} == ${a}`, { kind: 'opaque' }, (operator === '!=') === wanted);
  }
  const negated = (operator === '>=' || operator === '<=') === wanted;
  const swapped = operator === '>' || operator === '<=';
  return fact(swapped ? `${b} < ${a}` : `${a} < ${b}`, { kind: 'opaque' }, negated);
}

function withConstant(e: Expression, operator: Ordering, constant: Expression, wanted: boolean): Clause {
  if (isSourceIp(e)) return fact('sourceIp', addresses([constant]), (operator === '!=') === wanted);
  const value = constantValue(constant);
  // `(condition) == true` is the condition.
  if (typeof value === 'boolean') return clauseOf(e, (operator === '==') === (value === wanted));
  const subject = printOperand(e);
  if (operator === '==' || operator === '!=') {
    return fact(subject, valueSet([value]), (operator === '!=') === wanted);
  }
  return fact(subject, rangeOf(operator, value as number, wanted), false);
}

/** Of whole numbers; "not below" is "at least". */
function rangeOf(operator: Ordering, value: number, wanted: boolean): ValueSet {
  const upward = operator === '>' || operator === '>=';
  const inclusive = (operator === '>=' || operator === '<=') === wanted;
  return upward === wanted
    ? { kind: 'range', low: inclusive ? value : value + 1, high: Number.POSITIVE_INFINITY }
    : { kind: 'range', low: Number.NEGATIVE_INFINITY, high: inclusive ? value : value - 1 };
}

function ofMembership({ left, list, negated, start, end }: Membership, wanted: boolean): Clause {
  if (isConstant(left) || !list.every(isConstant) || constantIsBoolean(list)) {
    const parts = list.map((right) =>
      ofComparison({ kind: 'compare', operator: '==', left, right, start, end }, wanted !== negated),
    );
    return { kind: wanted !== negated ? 'any' : 'all', parts };
  }
  if (isSourceIp(left)) return fact('sourceIp', addresses(list), wanted === negated);
  return fact(printOperand(left), valueSet(list.map(constantValue)), wanted === negated);
}

function ofLikeness(e: Likeness, wanted: boolean): Clause {
  if (isConstant(e.left)) return settled(e, wanted);
  return fact(printOperand(e.left), { kind: 'like', glob: glob(e.pattern.value) }, wanted === e.negated);
}

function addresses(literals: readonly Expression[]): ValueSet {
  return { kind: 'networks', networks: networkSet(literals.map(textOf)) };
}

function isSourceIp(e: Expression): boolean {
  return e.kind === 'variable' && e.name === 'sourceIp';
}

function constantIsBoolean(list: readonly Expression[]): boolean {
  return list.some(({ kind }) => kind === 'boolean');
}

function constantValue(e: Expression): Value {
  return compileRead(e)({} as Request) as Value;
}
