import { addressKey } from './address.ts';
import type { Call, Comparison, Expression, Likeness, Membership, Ordering } from './ast.ts';
import { addressOf, dateConstant, dateTimeConstant, networksOf, textOf, timeConstant } from './constants.ts';
import { isInNetworks, type NetworkSet } from './networks.ts';
import { FAILS, FALSE, type Outcome, TRUE } from './outcome.ts';
import { type Glob, glob, matches } from './pattern.ts';
import {
  callerAddress,
  type Read,
  type Request,
  readPathVariable,
  readQueryParameter,
  readVariable,
  type Value,
} from './request.ts';
import { instantOf } from './zone.ts';

/** Evaluates a condition on one call. Does not throw, parse or allocate. */
export type Test = (request: Request) => Outcome;

/** Turns a checked condition into a test. Time linear in the condition. */
export function compileTest(e: Expression): Test {
  switch (e.kind) {
    case 'and':
      return e.operands.map(compileTest).reduce(both);
    case 'or':
      return e.operands.map(compileTest).reduce(either);
    case 'not':
      return opposite(compileTest(e.operand));
    case 'compare':
      return compileComparison(e);
    case 'in':
      return compileMembership(e);
    case 'like':
      return compileLikeness(e);
    case 'call':
      return inNetworks(networksOf(e));
    default:
      return truth(compileRead(e));
  }
}

function both(a: Test, b: Test): Test {
  return (r) => {
    const first = a(r);
    if (first === FALSE) return FALSE;
    const second = b(r);
    return second === TRUE ? first : second;
  };
}

function either(a: Test, b: Test): Test {
  return (r) => {
    const first = a(r);
    if (first === TRUE) return TRUE;
    const second = b(r);
    return second === FALSE ? first : second;
  };
}

function opposite(test: Test): Test {
  return (r) => {
    const outcome = test(r);
    return outcome === FAILS ? FAILS : outcome === TRUE ? FALSE : TRUE;
  };
}

function truth(read: Read): Test {
  return (r) => {
    const value = read(r);
    return value === undefined ? FAILS : value === true ? TRUE : FALSE;
  };
}

function inNetworks(networks: NetworkSet): Test {
  return (r) => {
    const address = callerAddress(r);
    if (address === undefined) return FAILS;
    return isInNetworks(networks, address) ? TRUE : FALSE;
  };
}

/** `a < b` is `b > a`. */
export const MIRRORED: Readonly<Record<Ordering, Ordering>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function compileComparison({ operator, left, right }: Comparison): Test {
  if (isConstant(left) && !isConstant(right)) return compileOrdered(right, MIRRORED[operator], left);
  return compileOrdered(left, operator, right);
}

function compileOrdered(left: Expression, operator: Ordering, right: Expression): Test {
  const read = compileRead(left, right);
  const other = compileRead(right, left);
  if (!isConstant(right)) return compareReads(read, operator, other);
  // Constants need no call to be read.
  return compareWith(read, operator, other(NO_REQUEST) as Value);
}

/** Reading a constant does not look at the request. */
const NO_REQUEST = {} as Request;

/** Whether `e` has one value on every call: a literal, `date()` or `time()`. */
export function isConstant(e: Expression): boolean {
  if (e.kind === 'call') return e.name === 'date' || e.name === 'time';
  return e.kind === 'string' || e.kind === 'integer' || e.kind === 'boolean';
}

function compareWith(read: Read, operator: Ordering, value: Value): Test {
  switch (operator) {
    case '==':
      return equalTo(read, value, TRUE, FALSE);
    case '!=':
      return equalTo(read, value, FALSE, TRUE);
    case '<':
      return atLeast(read, value, FALSE, TRUE);
    case '>=':
      return atLeast(read, value, TRUE, FALSE);
    case '<=':
      return moreThan(read, value, FALSE, TRUE);
    default:
      return moreThan(read, value, TRUE, FALSE);
  }
}

function equalTo(read: Read, expected: Value, yes: Outcome, no: Outcome): Test {
  return (r) => {
    const value = read(r);
    return value === undefined ? FAILS : value === expected ? yes : no;
  };
}

function atLeast(read: Read, bound: Value, yes: Outcome, no: Outcome): Test {
  return (r) => {
    const value = read(r);
    return value === undefined ? FAILS : value >= bound ? yes : no;
  };
}

function moreThan(read: Read, bound: Value, yes: Outcome, no: Outcome): Test {
  return (r) => {
    const value = read(r);
    return value === undefined ? FAILS : value > bound ? yes : no;
  };
}

function compareReads(left: Read, operator: Ordering, right: Read): Test {
  const holds = RELATIONS[operator];
  return (r) => {
    const a = left(r);
    const b = right(r);
    return a === undefined || b === undefined ? FAILS : holds(a, b) ? TRUE : FALSE;
  };
}

/** What each comparison means, on values of one type. */
export const RELATIONS: Readonly<Record<Ordering, (a: Value, b: Value) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `x in [a, b]` is `x == a or x == b`. */
function compileMembership({ negated, left, list }: Membership): Test {
  const tests = list.map((item) => compileOrdered(left, '==', item));
  const test = tests.reduce(either);
  return negated ? opposite(test) : test;
}

function compileLikeness({ negated, left, pattern }: Likeness): Test {
  const read = compileRead(left);
  const prepared: Glob = glob(pattern.value);
  const [yes, no]: [Outcome, Outcome] = negated ? [FALSE, TRUE] : [TRUE, FALSE];
  return (r) => {
    const value = read(r);
    return value === undefined ? FAILS : matches(prepared, value as string) ? yes : no;
  };
}

/** How a value is read. A string literal beside `other` of type address is an address. */
export function compileRead(e: Expression, other?: Expression): Read {
  switch (e.kind) {
    case 'integer':
    case 'boolean':
      return constant(e.value);
    case 'string':
      return constant(other !== undefined && isAddress(other) ? addressKey(addressOf(e)) : e.value);
    case 'variable':
      return readVariable(e.name);
    case 'call':
      return compileCall(e);
    default:
      return valueOf(compileTest(e));
  }
}

function isAddress(e: Expression): boolean {
  return e.kind === 'variable' && e.name === 'sourceIp';
}

function constant(value: Value): Read {
  return () => value;
}

function valueOf(test: Test): Read {
  return (r) => {
    const outcome = test(r);
    return outcome === FAILS ? undefined : outcome === TRUE;
  };
}

function compileCall(e: Call): Read {
  switch (e.name) {
    case 'date':
      return constant(dateConstant(e) as number);
    case 'time':
      return constant(timeConstant(e) as number);
    case 'dateTime':
      return readInstant(dateTimeConstant(e) as number);
    case 'pathVariable':
      return readPathVariable(textOf(e.arguments[0] as Expression));
    case 'queryParameter':
      return readQueryParameter(textOf(e.arguments[0] as Expression));
    default:
      return valueOf(inNetworks(networksOf(e)));
  }
}

/** The instant depends on the operator's zone, which rarely changes from one call to the next. */
function readInstant(local: number): Read {
  let zone: string | undefined;
  let instant: number | undefined;
  return (r) => {
    if (r.timeZone !== zone) {
      zone = r.timeZone;
      instant = instantOf(r.timeZone, local);
    }
    return instant;
  };
}
