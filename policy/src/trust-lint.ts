import type { Condition, Expression } from './ast.ts';
import { textOf } from './constants.ts';
import { removeItem } from './edit.ts';
import { rewrite } from './fold.ts';
import { type LintFinding, report } from './lint.ts';
import { inDocument, lintValuesOf } from './lint-values.ts';
import type { Note } from './note.ts';
import { MAY_BE_TRUE, possibleOutcomes } from './possible.ts';
import type { Operation } from './source.ts';
import { nearest } from './suggest.ts';
import type { Principal, TrustDocument, TrustStatement } from './trust-policy.ts';
import { subexpressions } from './walk.ts';

/**
 * Warnings about a trust policy that `parseTrustPolicy` accepted, like those of `check`: principals named twice,
 * services, which are not here, values that never come, conditions that are constant. `operation` is the one by which users switch; without it nothing is said
 * of path variables.
 */
export function checkTrustPolicy(document: TrustDocument, operation?: Operation): LintFinding[] {
  return report(
    document.text,
    document.statements.flatMap((statement) => [
      ...lintTwice(statement.principals),
      ...lintTwice(statement.services),
      ...lintServices(statement),
      ...(statement.condition === null ? [] : lintCondition(statement.condition, document.text, operation)),
    ]),
  );
}

function lintServices({ services }: TrustStatement): Note[] {
  return services.map((range) => ({
    severity: 'suggestion',
    code: 'LINT_TRUST_SERVICE',
    range,
    params: {},
    fix: null,
  }));
}

function lintTwice(principals: readonly Principal[]): Note[] {
  const seen = new Set<string>();
  return principals.flatMap((principal, i): Note[] => {
    if (!seen.has(principal.text)) {
      seen.add(principal.text);
      return [];
    }
    const fix = removeItem(principals, i);
    return [{ severity: 'suggestion', code: 'LINT_TRUST_TWICE', range: principal, params: {}, fix }];
  });
}

function lintCondition(condition: Condition, text: string, operation: Operation | undefined): Note[] {
  const values = lintValuesOf(condition, text);
  const missing = operation === undefined ? [] : lintPathVariables(condition, text, operation);
  if (missing.length > 0) return [...values, ...missing];
  const settled = settledBy(condition.expression, operation);
  if (settled === undefined) return values;
  const about = { range: condition, params: {}, fix: null };
  // A trust policy that lets nobody in is safe; one that lets everybody in may not be what was meant.
  if (!settled) return [...values, { severity: 'suggestion', code: 'LINT_NEVER_APPLIES', ...about }];
  return [...values, { severity: 'security', code: 'LINT_ALWAYS_APPLIES', ...about }];
}

function lintPathVariables(condition: Condition, text: string, { pathVariables }: Operation): Note[] {
  return subexpressions(condition.expression).flatMap((e): Note[] => {
    if (e.kind !== 'call' || e.name !== 'pathVariable') return [];
    const name = textOf(e.arguments[0] as Expression);
    if (pathVariables.includes(name)) return [];
    const params = { name, suggestions: nearest(name, pathVariables) };
    const range = inDocument(e, condition, text);
    return [{ severity: 'suggestion', code: 'LINT_TRUST_PATH_VARIABLE', range, params, fix: null }];
  });
}

/** What the condition gives on every call; undefined when calls differ. */
function settledBy(e: Expression, operation: Operation | undefined): boolean | undefined {
  const folded = rewrite(e, () => undefined);
  if (folded.kind === 'boolean') return folded.value;
  if (operation === undefined) return undefined;
  const outcomes = possibleOutcomes(folded, operation);
  if (outcomes === MAY_BE_TRUE) return true;
  return (outcomes & MAY_BE_TRUE) === 0 ? false : undefined;
}
