import type { Pattern, PermissionDocument, Statement } from './ast.ts';
import { type Clause, clauseOf } from './clause.ts';
import { readCondition } from './condition-parser.ts';
import { addCondition } from './edit.ts';
import { type Budget, implies } from './implication.ts';
import { LIMITS } from './limits.ts';
import type { Note } from './note.ts';
import { matchesPattern } from './pattern.ts';
import type { Operation, Trait } from './source.ts';

/** An operation on a SAM user, and the condition under which only the caller itself is meant. */
interface Careful {
  readonly name: string;
  readonly trait: Trait;
  /** null when no path variable names the SAM user. */
  readonly own: Own | null;
}

interface Own {
  readonly condition: string;
  readonly clause: Clause;
}

/** Statements that allow more than most writers mean. Linear in the document for each operation with traits. */
export function lintSecurity({ statements, text }: PermissionDocument, catalogue: readonly Operation[]): Note[] {
  const denied = (name: string): boolean =>
    statements.some((s) => s.effect === 'deny' && s.condition === null && matchOf(s, name) !== undefined);
  const owns = new Map<string, Own>();
  const reachable = catalogue.flatMap((operation) => carefulOf(operation, owns)).filter(({ name }) => !denied(name));
  // SECURITY: used up by hostile conditions, it leaves warnings too many, never too few.
  const budget = { steps: LIMITS.ownSteps };
  return statements
    .filter(({ effect }) => effect === 'allow')
    .flatMap((s) => lintAllow(s, text, othersIn(s, reachable, budget)));
}

function carefulOf({ name, pathVariables, traits, target }: Operation, owns: Map<string, Own>): Careful[] {
  if (traits === undefined || traits.length === 0) return [];
  const own = ownOf(target ?? pathVariables.at(-1), owns);
  return traits.map((trait) => ({ name, trait, own }));
}

/** The names of path variables are identifiers; with any other no condition is offered. */
function ownOf(pathVariable: string | undefined, owns: Map<string, Own>): Own | null {
  if (pathVariable === undefined || !/^\w+$/.test(pathVariable)) return null;
  const known = owns.get(pathVariable);
  if (known !== undefined) return known;
  const condition = `pathVariable('${pathVariable}') == samUserName`;
  const own = { condition, clause: clauseOf(readCondition(condition), true) };
  owns.set(pathVariable, own);
  return own;
}

/** The operations that the statement allows on others than the caller itself. */
function othersIn(statement: Statement, reachable: readonly Careful[], budget: Budget): Careful[] {
  const met = reachable.filter(({ name }) => matchOf(statement, name) !== undefined);
  if (statement.condition === null || met.length === 0) return met;
  const holds = clauseOf(statement.condition.expression, true);
  const ownOnly = new Set(
    [...new Set(met.map(({ own }) => own))].filter((own) => own !== null && implies(holds, own.clause, budget)),
  );
  return met.filter(({ own }) => !ownOnly.has(own));
}

function lintAllow(statement: Statement, text: string, others: readonly Careful[]): Note[] {
  const everything = statement.api.find((pattern) => /^\*+$/.test(pattern.text));
  if (everything !== undefined && statement.condition === null) {
    return [{ severity: 'security', code: 'LINT_ALLOW_ALL', range: everything, params: {}, fix: null }];
  }
  const ofTrait = (trait: Trait): Careful[] => others.filter((careful) => careful.trait === trait);
  return [
    ...note('LINT_MFA_OF_OTHERS', statement, text, ofTrait('removes-mfa')),
    ...(statement.condition === null ? note('LINT_OWN_USER', statement, text, ofTrait('credentials')) : []),
  ];
}

function note(code: Note['code'], statement: Statement, text: string, found: readonly Careful[]): Note[] {
  const [first] = found;
  if (first === undefined) return [];
  const range = matchOf(statement, first.name) as Pattern;
  const offered = statement.condition === null ? first.own : null;
  const fix = offered === null ? null : addCondition(text, statement, offered.condition);
  return [{ severity: 'security', code, range, params: { operations: found.map(({ name }) => name) }, fix }];
}

function matchOf({ api }: Statement, name: string): Pattern | undefined {
  return api.find(({ text }) => matchesPattern(text, name));
}
