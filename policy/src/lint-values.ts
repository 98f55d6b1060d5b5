import type { Condition, Expression, PermissionDocument, Range } from './ast.ts';
import { offsetInString } from './json-string.ts';
import type { Note } from './note.ts';
import { VARIABLE_BY_NAME } from './vocabulary.ts';
import { subexpressions } from './walk.ts';

/** Comparisons with a value that the variable never has (`currentDayOfWeek == 'Monday'`). Linear. */
export function lintValues({ statements, text }: PermissionDocument): Note[] {
  return statements.flatMap(({ condition }) => (condition === null ? [] : lintValuesOf(condition, text)));
}

/** The same of one condition. */
export function lintValuesOf(condition: Condition, text: string): Note[] {
  return subexpressions(condition.expression).flatMap((e) => {
    if (e.kind === 'compare')
      return [...lintPair(e.left, [e.right], condition, text), ...lintPair(e.right, [e.left], condition, text)];
    return e.kind === 'in' ? lintPair(e.left, e.list, condition, text) : [];
  });
}

function lintPair(variable: Expression, others: readonly Expression[], condition: Condition, text: string): Note[] {
  if (variable.kind !== 'variable') return [];
  const { name } = variable;
  const values = VARIABLE_BY_NAME.get(name)?.values;
  if (values === undefined) return [];
  return others
    .filter((other) => other.kind === 'string' && !values.includes(other.value))
    .map((other) => {
      const params = { name, expected: values };
      return { severity: 'security', code: 'LINT_VALUE', range: inDocument(other, condition, text), params, fix: null };
    });
}

/** The place in the document of a part of a condition. */
export function inDocument({ start, end }: Range, condition: Condition, text: string): Range {
  return { start: offsetInString(text, condition.start, start), end: offsetInString(text, condition.start, end) };
}
