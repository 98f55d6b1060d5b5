import type { Expression } from './ast.ts';

/** `e` and all expressions inside it, outer ones first. Patterns of `like` are not expressions of their own. */
export function subexpressions(e: Expression): Expression[] {
  return [e, ...children(e).flatMap(subexpressions)];
}

/** The expressions directly inside `e`, in their order. */
export function children(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'and':
    case 'or':
      return e.operands;
    case 'not':
      return [e.operand];
    case 'compare':
      return [e.left, e.right];
    case 'in':
      return [e.left, ...e.list];
    case 'like':
      return [e.left];
    case 'call':
      return e.arguments;
    default:
      return [];
  }
}
