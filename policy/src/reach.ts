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
    return { name: operation.name, allowed: verdict(met), allowedBy: list(met, 'allow'), deniedBy: list(met, 'deny') };
  });
}

interface Prepared {
  readonly from: DocumentOrigin;
  readonly number: number;
  readonly statement: Statement;
  readonly globs: readonly Glob[];
}

interface Meeting {
  readonly effect: Effect;
  readonly surely: boolean;
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
  return [{ effect: statement.effect, surely, by: { from, statement: number, condition } }];
}

/** What the condition of `statement` may give for `operation`; without one it is true. */
function outcomesOf({ condition }: Statement, operation: Operation): Outcomes {
  return condition === null ? MAY_BE_TRUE : possibleOutcomes(condition.expression, operation);
}

function verdict(met: readonly Meeting[]): Reach['allowed'] {
  const denies = met.filter(({ effect }) => effect === 'deny');
  const allows = met.filter(({ effect }) => effect === 'allow');
  if (allows.length === 0 || denies.some(({ surely }) => surely)) return 'never';
  return denies.length === 0 && allows.some(({ surely }) => surely) ? 'always' : 'sometimes';
}

function list(met: readonly Meeting[], effect: Effect): Reaching[] {
  return met.filter((meeting) => meeting.effect === effect).map(({ by }) => by);
}
