import type { Expression } from './ast.ts';
import { children } from './walk.ts';

/** Whether two conditions are the same tree, wherever their parts stand in their texts. Time linear in the smaller one. */
export function isSameExpression(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || headOf(a) !== headOf(b)) return false;
  const [inA, inB] = [children(a), children(b)];
  return inA.length === inB.length && inA.every((part, i) => isSameExpression(part, inB[i] as Expression));
}

/** What an expression is beside its kind and its parts. */
function headOf(e: Expression): string | number | boolean {
  switch (e.kind) {
    case 'string':
    case 'integer':
    case 'boolean':
      return e.value;
    case 'variable':
    case 'call':
      return e.name;
    case 'compare':
      return e.operator;
    case 'in':
      return e.negated;
    case 'like':
      return `${e.negated} ${e.pattern.value}`;
    default:
      return e.kind;
  }
}

/** Something made once for each condition. */
export interface Interned<T> {
  readonly expression: Expression;
  readonly made: T;
}

export type InternTable<T> = Map<string, Interned<T>[]>;

/**
 * What was made for this condition before, or `make` of it now.
 * SECURITY: the text only finds the candidates. A condition into which known values were put keeps the text it was
 * written as, so equal texts may mean different things.
 */
export function intern<T>(table: InternTable<T>, text: string, expression: Expression, make: () => T): T {
  const known = table.get(text);
  const same = known?.find((other) => isSameExpression(other.expression, expression));
  if (same !== undefined) return same.made;
  const made = make();
  if (known === undefined) table.set(text, [{ expression, made }]);
  else known.push({ expression, made });
  return made;
}
