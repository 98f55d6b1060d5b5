import type { Expression, Type } from './ast.ts';
import { dateText, timeText } from './calendar.ts';
import { compileRead, RELATIONS } from './condition-compiler.ts';
import { type ConditionFailure, failureOf } from './failure.ts';
import { glob, matches } from './pattern.ts';
import type { Request, Value } from './request.ts';
import { FUNCTION_BY_NAME, VARIABLE_BY_NAME } from './vocabulary.ts';

/** What one part of a condition gave on one call; for people, so dates and times are texts. */
export interface Trace {
  /** As written. */
  readonly text: string;
  /** Place in the condition's text, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** null when it failed. */
  readonly value: Value | null;
  /** Why, on the part where the failure began. */
  readonly failure: ConditionFailure | null;
  readonly children: readonly Trace[];
}

interface Evaluated {
  readonly value: Value | undefined;
  readonly trace: Trace;
}

interface Context {
  readonly text: string;
  readonly request: Request;
}

/** Evaluates every part of a checked condition, also those that a decision would skip. */
export function trace(text: string, expression: Expression, request: Request): Trace {
  return evaluate(expression, { text, request }).trace;
}

/** The first part that made a failing condition fail; null when it did not fail. */
export function failingPart(part: Trace): Trace | null {
  if (part.value !== null) return null;
  if (part.failure !== null) return part;
  return part.children.reduce<Trace | null>((found, child) => found ?? failingPart(child), null);
}

function evaluate(e: Expression, c: Context, other?: Expression): Evaluated {
  switch (e.kind) {
    case 'not': {
      const operand = evaluate(e.operand, c);
      return branch(e, c, negate(operand.value), [operand]);
    }
    case 'and':
    case 'or': {
      const operands = e.operands.map((operand) => evaluate(operand, c));
      return branch(e, c, join(operands, e.kind === 'or'), operands);
    }
    case 'compare': {
      const [left, right] = [evaluate(e.left, c, e.right), evaluate(e.right, c, e.left)];
      return branch(e, c, relate(left, right, RELATIONS[e.operator]), [left, right]);
    }
    case 'in': {
      const left = evaluate(e.left, c);
      const items = e.list.map((item) => evaluate(item, c, e.left));
      const found = join(
        items.map((item) => ({ value: relate(left, item, RELATIONS['==']) })),
        true,
      );
      return branch(e, c, e.negated ? negate(found) : found, [left, ...items]);
    }
    case 'like': {
      const left = evaluate(e.left, c);
      const matched = left.value === undefined ? undefined : matches(glob(e.pattern.value), left.value as string);
      return branch(e, c, e.negated ? negate(matched) : matched, [left]);
    }
    default:
      return leaf(e, c, compileRead(e, other)(c.request));
  }
}

function negate(value: Value | undefined): boolean | undefined {
  return value === undefined ? undefined : value !== true;
}

/** `decided` settles the whole (true for `or`, false for `and`); else a failure does. */
function join(values: readonly { readonly value: Value | undefined }[], decided: boolean): boolean | undefined {
  if (values.some(({ value }) => value === decided)) return decided;
  return values.some(({ value }) => value === undefined) ? undefined : !decided;
}

function relate(a: Evaluated, b: Evaluated, holds: (a: Value, b: Value) => boolean): boolean | undefined {
  return a.value === undefined || b.value === undefined ? undefined : holds(a.value, b.value);
}

function branch(e: Expression, c: Context, value: boolean | undefined, parts: readonly Evaluated[]): Evaluated {
  const children = parts.map((part) => part.trace);
  return { value, trace: { ...place(e, c), value: value ?? null, failure: null, children } };
}

function leaf(e: Expression, c: Context, value: Value | undefined): Evaluated {
  const shown = value === undefined ? null : show(e, value);
  const failure = value === undefined ? failureOf(e, c.request) : null;
  return { value, trace: { ...place(e, c), value: shown, failure, children: [] } };
}

function place({ start, end }: Expression, { text }: Context): { text: string; start: number; end: number } {
  return { text: text.slice(start, end), start, end };
}

function show(e: Expression, value: Value): Value {
  const seconds = value as number;
  switch (leafType(e)) {
    case 'date':
      return dateText(seconds);
    case 'time':
      return timeText(seconds);
    case 'instant':
      return `${dateText(Math.floor(seconds / 86_400))}T${timeText(seconds % 86_400)}Z`;
    default:
      return value;
  }
}

function leafType(e: Expression): Type | undefined {
  if (e.kind === 'variable') return VARIABLE_BY_NAME.get(e.name)?.type;
  return e.kind === 'call' ? FUNCTION_BY_NAME.get(e.name)?.type : undefined;
}
