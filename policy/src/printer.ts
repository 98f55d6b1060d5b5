import type { Call, Expression, IntegerLiteral } from './ast.ts';

/** How tightly an expression binds; an operand that binds less tightly than its place needs parentheses. */
const BINDING: Readonly<Record<Expression['kind'], number>> = {
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  in: 4,
  like: 4,
  string: 5,
  integer: 5,
  boolean: 5,
  variable: 5,
  call: 5,
};

const OPERAND = 5;

/**
 * The text of a condition with single spaces and no needless parentheses; reading it gives an equal tree.
 * It may be longer than the text it was read from.
 */
export function printExpression(e: Expression): string {
  switch (e.kind) {
    case 'string':
      return quote(e.value);
    case 'integer':
    case 'boolean':
      return String(e.value);
    case 'variable':
      return e.name;
    case 'call':
      return printCall(e);
    case 'not':
      return `not ${print(e.operand, BINDING.not)}`;
    case 'compare':
      return `${print(e.left, OPERAND)} ${e.operator} ${print(e.right, OPERAND)}`;
    case 'in':
      return `${print(e.left, OPERAND)} ${negation(e)}in [${e.list.map((item) => print(item, OPERAND)).join(', ')}]`;
    case 'like':
      return `${print(e.left, OPERAND)} ${negation(e)}like ${quote(e.pattern.value)}`;
    default:
      // An `and` directly inside an `and` was written in parentheses and keeps them.
      return e.operands.map((operand) => print(operand, BINDING[e.kind] + 1)).join(` ${e.kind} `);
  }
}

/**
 * The text of `e` where an operand stands: what binds less tightly is in parentheses. Texts joined from such
 * operands are unambiguous, so they may be keys.
 */
export function printOperand(e: Expression): string {
  return print(e, OPERAND);
}

function print(e: Expression, needed: number): string {
  const text = printExpression(e);
  return BINDING[e.kind] < needed ? `(${text})` : text;
}

function negation({ negated }: { readonly negated: boolean }): string {
  return negated ? 'not ' : '';
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Dates and times as the public reference writes them: `date(2023, 02, 01)`. */
function printCall({ name, arguments: list }: Call): string {
  const padded = name === 'date' || name === 'time' || name === 'dateTime';
  const printed = list.map((argument) => (padded ? pad(argument as IntegerLiteral) : printExpression(argument)));
  return `${name}(${printed.join(', ')})`;
}

function pad({ value }: IntegerLiteral): string {
  return String(value).padStart(2, '0');
}
