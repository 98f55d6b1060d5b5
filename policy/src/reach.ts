import type { Condition, Effect, Statement } from './ast.ts';
import { type Glob, glob, matches } from './pattern.ts';
import { MAY_BE_TRUE, MAY_FAIL, type Outcomes, possibleOutcomes } from './possible.ts';
import type { DocumentOrigin, Operation, Source } from './source.ts';

/** Whether an operation may ever be allowed, and on what it depends. */
export interface Reach {
  readonly name: string;
  /** Over all calls of the operation that carry its path variables. `sometimes` also stands for "not known". */
  readonly allowed: 'always' | 'sometimes' | 'never';
  /** Allow statements that may apply. */
  readonly allowedBy: readonly Reaching[];
  /** Deny statements that may apply. */
  readonly deniedBy: readonly Reaching[];
}

export interface Reaching {
  readonly from: DocumentOrigin;
  /** Number of the statement in its document, from 1. */
  readonly statement: number;
  /** null: no condition, or one that always holds for this operation. */
  readonly condition: string | null;
}

/**
 * Which operations of `catalogue` the sum of `sources` may ever allow, and under which conditions.
 * `always` and `never` are certain. Time: operations × patterns, plus conditions of what matches.
 */
export function reach(sources: readonly Source[], catalogue: readonly Operation[]): Reach[] {
  const prepared = sources.flatMap(prepare);
  return catalogue.map((operation) => {
    const met = prepared.flatMap((statement) => meeting(statement, operation));
    const of = (effect: Effect) => met.filter((one) => one.effect === effect).map(({ by }) => by);
    return reachBy(operation.name, of('allow'), of('deny'));
  });
}

/** The same of all sources together as of each for itself, for whoever looks at large ones one at a time. */
export function sumOfReaches(name: string, reaches: readonly Reach[]): Reach {
  const allowedBy = reaches.flatMap((one) => one.allowedBy);
  return reachBy(
    name,
    allowedBy,
    reaches.flatMap((one) => one.deniedBy),
  );
}

function reachBy(name: string, allowedBy: readonly Reaching[], deniedBy: readonly Reaching[]): Reach {
  return { name, allowed: verdict(allowedBy, deniedBy), allowedBy, deniedBy };
}

interface Prepared {
  readonly from: DocumentOrigin;
  readonly number: number;
  readonly statement: Statement;
  readonly globs: readonly Glob[];
}

interface Meeting {
  readonly effect: Effect;
  readonly by: Reaching;
}

function prepare({ from, document }: Source): Prepared[] {
  return document.statements.map((statement, i) => {
    return { from, number: i + 1, statement, globs: statement.api.map(({ text }) => glob(text)) };
  });
}

function meeting({ from, number, statement, globs }: Prepared, operation: Operation): Meeting[] {
  if (!globs.some((pattern) => matches(pattern, operation.name))) return [];
  const outcomes = outcomesOf(statement, operation);
  const applying = statement.effect === 'allow' ? MAY_BE_TRUE : MAY_BE_TRUE | MAY_FAIL;
  if ((outcomes & applying) === 0) return [];
  const surely = (outcomes & ~applying) === 0;
  const condition = surely ? null : (statement.condition as Condition).text;
  return [{ effect: statement.effect, by: { from, statement: number, condition } }];
}

/** What the condition of `statement` may give for `operation`; without one it is true. */
function outcomesOf({ condition }: Statement, operation: Operation): Outcomes {
  return condition === null ? MAY_BE_TRUE : possibleOutcomes(condition.expression, operation);
}

function verdict(allowedBy: readonly Reaching[], deniedBy: readonly Reaching[]): Reach['allowed'] {
  if (allowedBy.length === 0 || deniedBy.some(isSure)) return 'never';
  return deniedBy.length === 0 && allowedBy.some(isSure) ? 'always' : 'sometimes';
}

function isSure({ condition }: Reaching): boolean {
  return condition === null;
}
