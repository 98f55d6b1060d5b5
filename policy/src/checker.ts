import { parseAddress, parseNetwork } from './address.ts';
import type { Call, Comparison, Expression, Likeness, Membership, Type, Variable } from './ast.ts';
import { dateConstant, dateTimeConstant, textOf, timeConstant } from './constants.ts';
import { LIMITS } from './limits.ts';
import type { Code } from './messages.ts';
import { type Finding, finding, isFull, type Params } from './problem.ts';
import { nearest } from './suggest.ts';
import { FUNCTION_BY_NAME, type FunctionEntry, VARIABLE_BY_NAME } from './vocabulary.ts';

/**
 * Names, types and constants of a condition. Empty when it may be saved; otherwise findings with offsets in its text.
 *
 * Completions of the page: strings, yes-or-no values and addresses have no order; the arguments of functions are
 * literals; a string literal beside an address (`sourceIp == '192.0.2.1'`) is read as an address.
 */
export function checkCondition(expression: Expression): Finding[] {
  const findings: Finding[] = [];
  expectType(expression, 'boolean', findings);
  return findings;
}

/** The type of an expression, or null when a finding was already made inside it. */
function typeOf(e: Expression, findings: Finding[]): Type | null {
  if (isFull(findings)) return null;
  switch (e.kind) {
    case 'string':
    case 'integer':
    case 'boolean':
      return e.kind;
    case 'variable':
      return typeOfVariable(e, findings);
    case 'call':
      return typeOfCall(e, findings);
    case 'compare':
      checkComparison(e, findings);
      return 'boolean';
    case 'in':
      checkMembership(e, findings);
      return 'boolean';
    case 'like':
      checkLikeness(e, findings);
      return 'boolean';
    case 'not':
      expectType(e.operand, 'boolean', findings);
      return 'boolean';
    default:
      for (const operand of e.operands) expectType(operand, 'boolean', findings);
      return 'boolean';
  }
}

function expectType(e: Expression, expected: Type, findings: Finding[]): void {
  const type = typeOf(e, findings);
  if (type !== null && type !== expected) findings.push(wrongType(e, expected, type));
}

function wrongType(e: Expression, expected: Type, found: Type): Finding {
  return at(e, 'COND_TYPE', { expected: `#${expected}`, found: `#${found}` });
}

function at(e: Expression, code: Code, params: Params = {}): Finding {
  return finding(code, e.start, e.end, params);
}

function typeOfVariable(e: Variable, findings: Finding[]): Type | null {
  const entry = VARIABLE_BY_NAME.get(e.name);
  if (entry !== undefined) return entry.type;
  const called = FUNCTION_BY_NAME.get(e.name);
  findings.push(
    called === undefined
      ? at(e, 'COND_UNKNOWN_VARIABLE', { name: e.name, suggestions: nearest(e.name, VARIABLE_BY_NAME.keys()) })
      : at(e, 'COND_NOT_VARIABLE', { name: e.name, signature: called.signature }),
  );
  return null;
}

function typeOfCall(e: Call, findings: Finding[]): Type | null {
  const entry = FUNCTION_BY_NAME.get(e.name);
  if (entry === undefined) {
    findings.push(
      VARIABLE_BY_NAME.has(e.name)
        ? at(e, 'COND_NOT_FUNCTION', { name: e.name })
        : at(e, 'COND_UNKNOWN_FUNCTION', { name: e.name, suggestions: nearest(e.name, FUNCTION_BY_NAME.keys()) }),
    );
    return null;
  }
  const before = findings.length;
  checkArguments(e, entry, findings);
  if (findings.length === before) checkConstant(e, findings);
  return entry.type;
}

function checkArguments(e: Call, entry: FunctionEntry, findings: Finding[]): void {
  const actual = e.arguments.length;
  if (actual < entry.fewest || actual > entry.most) {
    findings.push(at(e, 'COND_ARGUMENTS', { name: e.name, actual, signature: entry.signature }));
    return;
  }
  for (const argument of e.arguments) {
    if (argument.kind === entry.argument) continue;
    findings.push(at(argument, 'COND_CONSTANT', { name: e.name, expected: `#${entry.argument}` }));
  }
}

function checkConstant(e: Call, findings: Finding[]): void {
  switch (e.name) {
    case 'ipAddress':
      for (const argument of e.arguments) {
        if (parseNetwork(textOf(argument)) === undefined) findings.push(at(argument, 'COND_CIDR'));
      }
      return;
    case 'date':
      return checkExists(e, dateConstant(e), findings);
    case 'time':
      return checkExists(e, timeConstant(e), findings);
    case 'dateTime':
      return checkExists(e, dateTimeConstant(e), findings);
    default:
      for (const argument of e.arguments) if (textOf(argument) === '') findings.push(at(argument, 'COND_NAME'));
  }
}

function checkExists(e: Call, value: number | undefined, findings: Finding[]): void {
  if (value === undefined) findings.push(at(e, 'COND_DATE'));
}

const ORDERED: ReadonlySet<Type> = new Set<Type>(['integer', 'date', 'time', 'instant']);

function checkComparison(e: Comparison, findings: Finding[]): void {
  const left = typeOf(e.left, findings);
  const right = typeOf(e.right, findings);
  if (left === null || right === null) return;
  if (!checkSame([e.left, left], [e.right, right], findings)) return;
  if (e.operator !== '==' && e.operator !== '!=' && !ORDERED.has(left)) {
    findings.push(at(e, 'COND_ORDER', { found: `#${left}` }));
  }
}

type Typed = readonly [Expression, Type];

/** Whether the two may be compared; the finding is at the right one. */
function checkSame([left, leftType]: Typed, [right, rightType]: Typed, findings: Finding[]): boolean {
  if (leftType === 'address' && right.kind === 'string') return checkAddress(right, findings);
  if (rightType === 'address' && left.kind === 'string') return checkAddress(left, findings);
  if (leftType === rightType) return true;
  findings.push(wrongType(right, leftType, rightType));
  return false;
}

function checkAddress(literal: Expression, findings: Finding[]): boolean {
  if (parseAddress(textOf(literal)) !== undefined) return true;
  findings.push(at(literal, 'COND_ADDRESS'));
  return false;
}

function checkMembership(e: Membership, findings: Finding[]): void {
  const left = typeOf(e.left, findings);
  for (const item of e.list) {
    const type = typeOf(item, findings);
    if (left === null || type === null) continue;
    // The left side is read once, so a literal there cannot be text for one item and an address for another.
    if (left === 'string' && type === 'address') findings.push(wrongType(item, left, type));
    else checkSame([e.left, left], [item, type], findings);
  }
}

function checkLikeness(e: Likeness, findings: Finding[]): void {
  expectType(e.left, 'string', findings);
  const { length } = e.pattern.value;
  if (length > LIMITS.patternLength) {
    findings.push(at(e.pattern, 'LIMIT_PATTERN', { actual: length, limit: LIMITS.patternLength }));
  }
}
