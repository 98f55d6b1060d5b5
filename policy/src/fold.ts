import type { BooleanLiteral, Comparison, Expression, Junction, Likeness, Membership, Negation, Range } from './ast.ts';
import { compileTest, isConstant } from './condition-compiler.ts';
import { TRUE } from './outcome.ts';
import type { Request } from './request.ts';

/** What stands in the place of `e`, or undefined to look into its parts. */
export type Replacement = (e: Expression) => Expression | undefined;

/**
 * The expression with `replace` done wherever it gives something, outermost first, and what is constant then worked out:
 * on every call it gives the same as the expression with the replacements alone, also where it fails. Places stay.
 */
export function rewrite(e: Expression, replace: Replacement): Expression {
  const replaced = replace(e);
  if (replaced !== undefined) return replaced;
  const again = (part: Expression): Expression => rewrite(part, replace);
  switch (e.kind) {
    case 'not':
      return ofNegation({ ...e, operand: again(e.operand) });
    case 'and':
    case 'or':
      return ofJunction({ ...e, operands: e.operands.map(again) });
    case 'compare':
      return ofComparison({ ...e, left: again(e.left), right: again(e.right) });
    case 'in':
      return ofMembership({ ...e, left: again(e.left), list: e.list.map(again) });
    case 'like':
      return ofLikeness({ ...e, left: again(e.left) });
    default:
      return e;
  }
}

/** A truth value in the place of something else. */
export function truthAt({ start, end }: Range, value: boolean): BooleanLiteral {
  return { kind: 'boolean', value, start, end };
}

function ofNegation(e: Negation): Expression {
  return e.operand.kind === 'boolean' ? truthAt(e, !e.operand.value) : e;
}

/** One part that settles the whole does so also beside parts that fail. */
function ofJunction(e: Junction): Expression {
  const settles = e.kind === 'or';
  if (e.operands.some((part) => part.kind === 'boolean' && part.value === settles)) return truthAt(e, settles);
  const operands = e.operands.filter(({ kind }) => kind !== 'boolean');
  if (operands.length === 0) return truthAt(e, !settles);
  return operands.length === 1 ? (operands[0] as Expression) : { ...e, operands };
}

function ofComparison(e: Comparison): Expression {
  if (isConstant(e.left) && isConstant(e.right)) return decided(e);
  if (e.right.kind === 'boolean') return withTruth(e, e.left, e.right.value);
  return e.left.kind === 'boolean' ? withTruth(e, e.right, e.left.value) : e;
}

/** `(condition) == true` is the condition, `(condition) == false` its opposite. */
function withTruth(e: Comparison, other: Expression, value: boolean): Expression {
  if ((e.operator === '==') === value) return other;
  return { kind: 'not', operand: other, start: e.start, end: e.end };
}

/** Constant items decide, or go; `x in []` cannot be written, but when all have gone nothing of `x` is asked. */
function ofMembership(e: Membership): Expression {
  if (!isConstant(e.left)) return e;
  const constants = e.list.filter(isConstant);
  if (constants.some((right) => isEqual(e, right))) return truthAt(e, !e.negated);
  const list = e.list.filter((item) => !isConstant(item));
  return list.length === 0 ? truthAt(e, e.negated) : { ...e, list };
}

function isEqual({ left, start, end }: Membership, right: Expression): boolean {
  return outcomeIsTrue({ kind: 'compare', operator: '==', left, right, start, end });
}

function ofLikeness(e: Likeness): Expression {
  return isConstant(e.left) ? decided(e) : e;
}

function decided(e: Expression): Expression {
  return truthAt(e, outcomeIsTrue(e));
}

/** Of constants only; no call is looked at. */
function outcomeIsTrue(e: Expression): boolean {
  return compileTest(e)({} as Request) === TRUE;
}
