import type { Call, Condition, Expression, Pattern, PermissionDocument, Statement } from './ast.ts';
import { type Catalogue, effort, matching, nearNames } from './catalogue.ts';
import { textOf } from './constants.ts';
import { type Edit, removeItem } from './edit.ts';
import type { Budget } from './implication.ts';
import { inDocument } from './lint-values.ts';
import type { Note } from './note.ts';
import { MAY_BE_TRUE, MAY_FAIL, type Outcomes, possibleOutcomes } from './possible.ts';
import type { Operation } from './source.ts';
import { nearest } from './suggest.ts';
import { subexpressions } from './walk.ts';

/** Where it is looked, and how much may still be looked at. */
interface Look {
  readonly catalogue: Catalogue;
  readonly budget: Budget;
  readonly text: string;
}

/** What does not fit the loaded catalogues: patterns, path variables, conditions that are always or never true. */
export function lintCatalogue({ statements, text }: PermissionDocument, catalogue: Catalogue, budget: Budget): Note[] {
  const look = { catalogue, budget, text };
  return statements.flatMap((statement) => {
    const operations = new Set<Operation>();
    const notes = statement.api.flatMap((pattern, i) => {
      budget.steps -= effort(catalogue, pattern.text);
      if (budget.steps < 0) return [];
      const matched = matching(catalogue, pattern.text);
      for (const operation of matched) operations.add(operation);
      return matched.length > 0 ? [] : [noMatch(statement, pattern, removeItem(statement.api, i), look)];
    });
    // Past the budget not all operations are known, so nothing can be said of the condition.
    if (operations.size === 0 || budget.steps < 0) return notes;
    return [...notes, ...lintCondition(statement, [...operations], look)];
  });
}

function noMatch({ effect }: Statement, pattern: Pattern, fix: Edit | null, { catalogue, budget }: Look): Note {
  budget.steps -= catalogue.names.length;
  const near = pattern.text.includes('*') || budget.steps < 0 ? [] : nearNames(catalogue, pattern.text);
  const about = { range: pattern, params: { suggestions: near }, fix };
  if (effect === 'deny') return { severity: 'security', code: 'LINT_DENY_NO_MATCH', ...about };
  return { severity: 'suggestion', code: 'LINT_NO_MATCH', ...about };
}

function lintCondition(statement: Statement, operations: readonly Operation[], { budget, text }: Look): Note[] {
  const { condition } = statement;
  if (condition === null) return [];
  const parts = subexpressions(condition.expression);
  budget.steps -= parts.length * operations.length;
  if (budget.steps < 0) return [];
  const calls = parts.filter((part): part is Call => part.kind === 'call' && part.name === 'pathVariable');
  const missing = calls.flatMap((call) => lintPathVariable(call, operations, condition, text));
  if (missing.some(({ code }) => code === 'LINT_PATH_VARIABLE')) return missing;
  return [...missing, ...lintOutcome(statement, condition, operations)];
}

function lintPathVariable(call: Call, operations: readonly Operation[], condition: Condition, text: string): Note[] {
  const name = textOf(call.arguments[0] as Expression);
  const lacking = operations.filter(({ pathVariables }) => !pathVariables.includes(name));
  if (lacking.length === 0) return [];
  const range = inDocument(call, condition, text);
  if (lacking.length === operations.length) {
    const suggestions = nearest(
      name,
      operations.flatMap(({ pathVariables }) => pathVariables),
    );
    return [{ severity: 'security', code: 'LINT_PATH_VARIABLE', range, params: { name, suggestions }, fix: null }];
  }
  const params = { name, operations: lacking.slice(0, SHOWN).map((operation) => operation.name) };
  return [{ severity: 'suggestion', code: 'LINT_PATH_VARIABLE_SOME', range, params, fix: null }];
}

const SHOWN = 5;

function lintOutcome({ effect }: Statement, condition: Condition, operations: readonly Operation[]): Note[] {
  let outcomes: Outcomes = 0;
  for (const operation of operations) outcomes |= possibleOutcomes(condition.expression, operation);
  const applying = effect === 'allow' ? MAY_BE_TRUE : MAY_BE_TRUE | MAY_FAIL;
  const about = { range: condition, params: {}, fix: null };
  // The dangerous side is an allow wider, or a deny narrower, than it looks.
  if ((outcomes & applying) === 0) {
    return [{ severity: effect === 'deny' ? 'security' : 'suggestion', code: 'LINT_NEVER_APPLIES', ...about }];
  }
  if ((outcomes & ~applying) !== 0) return [];
  return [{ severity: effect === 'allow' ? 'security' : 'suggestion', code: 'LINT_ALWAYS_APPLIES', ...about }];
}
