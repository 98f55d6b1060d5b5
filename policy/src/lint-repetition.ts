import type { Pattern, PermissionDocument, Statement } from './ast.ts';
import { removeItem } from './edit.ts';
import type { Budget } from './implication.ts';
import type { Note } from './note.ts';
import { type Glob, glob, matches } from './pattern.ts';
import { printExpression } from './printer.ts';

/** What is written twice, or covered by something else in the same document. */
export function lintRepetition({ statements }: PermissionDocument, budget: Budget): Note[] {
  return [
    ...duplicateStatements(statements),
    ...statements.flatMap((statement) => repeatedPatterns(statement, budget)),
    ...shadowedPatterns(statements, budget),
  ];
}

function duplicateStatements(statements: readonly Statement[]): Note[] {
  const seen = new Map<string, number>();
  return statements.flatMap((statement, i) => {
    const key = meaningOf(statement);
    const other = seen.get(key);
    if (other === undefined) {
      seen.set(key, i + 1);
      return [];
    }
    return [suggestion('LINT_DUPLICATE_STATEMENT', statement, { other }, removeItem(statements, i))];
  });
}

/** Equal for statements that differ in the order of patterns or the spacing of the condition only. */
function meaningOf({ effect, api, condition }: Statement): string {
  const patterns = [...new Set(api.map(({ text }) => text))].toSorted();
  return JSON.stringify([effect, patterns, condition === null ? null : printExpression(condition.expression)]);
}

function repeatedPatterns({ api }: Statement, budget: Budget): Note[] {
  const globs = api.map(({ text }) => glob(text)).filter(({ parts }) => parts.length > 1);
  const seen = new Set<string>();
  return api.flatMap((pattern, i) => {
    const fix = removeItem(api, i);
    if (seen.has(pattern.text)) return [suggestion('LINT_DUPLICATE_PATTERN', pattern, {}, fix)];
    seen.add(pattern.text);
    const wider = widerThan(pattern, globs, budget);
    return wider === undefined ? [] : [suggestion('LINT_REDUNDANT_PATTERN', pattern, { other: wider.text }, fix)];
  });
}

/** A pattern that matches all that this one does, and more. */
function widerThan({ text }: Pattern, globs: readonly Glob[], budget: Budget): Glob | undefined {
  budget.steps -= globs.length;
  if (budget.steps < 0) return undefined;
  return globs.find((wide) => wide.text !== text && matches(wide, text) && !isSame(wide.text, text));
}

/** `a**` and `a*` match the same; neither is wider. */
function isSame(a: string, b: string): boolean {
  return matches(glob(b), a);
}

function shadowedPatterns(statements: readonly Statement[], budget: Budget): Note[] {
  const denies = statements.flatMap((statement, i) =>
    statement.effect === 'deny' && statement.condition === null
      ? statement.api.map(({ text }) => ({ glob: glob(text), other: i + 1 }))
      : [],
  );
  return statements
    .filter(({ effect }) => effect === 'allow')
    .flatMap(({ api }) =>
      api.flatMap((pattern, i) => {
        budget.steps -= denies.length;
        const shadow = budget.steps < 0 ? undefined : denies.find((deny) => matches(deny.glob, pattern.text));
        if (shadow === undefined) return [];
        return [suggestion('LINT_SHADOWED', pattern, { other: shadow.other }, removeItem(api, i))];
      }),
    );
}

function suggestion(code: Note['code'], range: Note['range'], params: Note['params'], fix: Note['fix']): Note {
  return { severity: 'suggestion', code, range, params, fix };
}
