import type { Expression, Ordering, StringLiteral } from './ast.ts';
import { nextToken, type Token } from './lexer.ts';
import { LIMITS } from './limits.ts';
import type { Code } from './messages.ts';
import { finding, type Params, Refusal } from './problem.ts';
import { KEYWORDS } from './vocabulary.ts';

interface Parser {
  readonly text: string;
  token: Token;
  /** End of the token before `token`. */
  end: number;
  depth: number;
  nodes: number;
}

const ORDERINGS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const WORDS: ReadonlySet<string> = new Set(KEYWORDS);

/**
 * Reads a condition (grammar of the language page) without checking names and types.
 * Linear; nesting and size are bounded. Throws `Refusal` with offsets in `text`.
 */
export function readCondition(text: string): Expression {
  const p: Parser = { text, token: nextToken(text, 0), end: 0, depth: 0, nodes: 0 };
  const expression = readOr(p);
  if (p.token.kind !== 'end') throw unexpected(p, ['#operator', '#end']);
  return expression;
}

function readOr(p: Parser): Expression {
  return readJunction(p, 'or', readAnd);
}

function readAnd(p: Parser): Expression {
  return readJunction(p, 'and', readNot);
}

function readJunction(p: Parser, kind: 'and' | 'or', readOperand: (p: Parser) => Expression): Expression {
  const start = p.token.start;
  const first = readOperand(p);
  if (!isWord(p, kind)) return first;
  const operands = [first];
  while (takeWord(p, kind)) operands.push(readOperand(p));
  return node(p, { kind, operands, start, end: p.end });
}

function readNot(p: Parser): Expression {
  const start = p.token.start;
  if (!takeWord(p, 'not')) return readComparison(p);
  const operand = deeper(p, readNot);
  return node(p, { kind: 'not', operand, start, end: p.end });
}

function readComparison(p: Parser): Expression {
  const start = p.token.start;
  const left = readOperand(p);
  const compared = readTail(p, left, start);
  if (compared !== left && startsTail(p)) throw refuse(p, 'COND_CHAIN');
  return compared;
}

function startsTail(p: Parser): boolean {
  return (p.token.kind === 'symbol' && ORDERINGS.has(p.token.value)) || isWord(p, 'in') || isWord(p, 'like');
}

function readTail(p: Parser, left: Expression, start: number): Expression {
  if (p.token.kind === 'symbol' && ORDERINGS.has(p.token.value)) {
    const operator = p.token.value as Ordering;
    advance(p);
    const right = readOperand(p);
    return node(p, { kind: 'compare', operator, left, right, start, end: p.end });
  }
  const negated = takeWord(p, 'not');
  if (takeWord(p, 'in')) {
    const list = deeper(p, readList);
    return node(p, { kind: 'in', negated, left, list, start, end: p.end });
  }
  if (takeWord(p, 'like')) {
    const pattern = readPattern(p);
    return node(p, { kind: 'like', negated, left, pattern, start, end: p.end });
  }
  if (negated) throw unexpected(p, ['`in', '`like']);
  return left;
}

function readPattern(p: Parser): StringLiteral {
  if (p.token.kind !== 'string') throw unexpected(p, ['#pattern']);
  return readOperand(p) as StringLiteral;
}

function readList(p: Parser): Expression[] {
  if (!takeSymbol(p, '[')) throw unexpected(p, ['#list']);
  return readItems(p, readOperand, ']');
}

function readItems(p: Parser, readItem: (p: Parser) => Expression, close: string): Expression[] {
  const items: Expression[] = [];
  do {
    if (items.length === LIMITS.list) throw refuse(p, 'LIMIT_LIST', { limit: LIMITS.list });
    items.push(readItem(p));
  } while (takeSymbol(p, ','));
  if (!takeSymbol(p, close)) throw unexpected(p, ['`,', `\`${close}`]);
  return items;
}

function readOperand(p: Parser): Expression {
  const { kind, value, start, end } = p.token;
  if (kind === 'string') return literal(p, { kind, value, start, end });
  if (kind === 'integer') return literal(p, { kind, value: readInteger(p), start, end });
  if (kind === 'name') return readNamed(p);
  if (!takeSymbol(p, '(')) throw unexpected(p, ['#value']);
  const inner = deeper(p, readOr);
  if (!takeSymbol(p, ')')) throw unexpected(p, ['#operator', '`)']);
  return inner;
}

function readInteger(p: Parser): number {
  const value = Number(p.token.value);
  if (!Number.isSafeInteger(value)) throw refuse(p, 'COND_INTEGER');
  return value;
}

function readNamed(p: Parser): Expression {
  const { value: name, start, end } = p.token;
  if (name === 'true' || name === 'false') return literal(p, { kind: 'boolean', value: name === 'true', start, end });
  if (WORDS.has(name)) throw unexpected(p, ['#value']);
  const lower = name.toLowerCase();
  if (WORDS.has(lower)) throw refuse(p, 'COND_SPELLING', { found: `\`${name}`, use: `\`${lower}` });
  advance(p);
  if (!takeSymbol(p, '(')) return node(p, { kind: 'variable', name, start, end });
  const args = takeSymbol(p, ')') ? [] : deeper(p, (inner) => readItems(inner, readOr, ')'));
  return node(p, { kind: 'call', name, arguments: args, start, end: p.end });
}

function literal(p: Parser, expression: Expression): Expression {
  advance(p);
  return node(p, expression);
}

// SECURITY: bounds the work of everything that later walks the tree.
function node(p: Parser, expression: Expression): Expression {
  p.nodes++;
  if (p.nodes > LIMITS.nodes) {
    throw new Refusal(finding('LIMIT_NODES', expression.start, expression.end, { limit: LIMITS.nodes }));
  }
  return expression;
}

// SECURITY: thousands of parentheses must not exhaust the stack.
function deeper<T>(p: Parser, read: (p: Parser) => T): T {
  if (p.depth === LIMITS.depth) throw refuse(p, 'LIMIT_DEPTH', { limit: LIMITS.depth });
  p.depth++;
  const result = read(p);
  p.depth--;
  return result;
}

function advance(p: Parser): void {
  p.end = p.token.end;
  p.token = nextToken(p.text, p.end);
}

function isWord(p: Parser, word: string): boolean {
  return p.token.kind === 'name' && p.token.value === word;
}

function takeWord(p: Parser, word: string): boolean {
  if (!isWord(p, word)) return false;
  advance(p);
  return true;
}

function takeSymbol(p: Parser, symbol: string): boolean {
  if (p.token.kind !== 'symbol' || p.token.value !== symbol) return false;
  advance(p);
  return true;
}

function refuse(p: Parser, code: Code, params: Params = {}): Refusal {
  return new Refusal(finding(code, p.token.start, p.token.end, params));
}

function unexpected(p: Parser, expected: readonly string[]): Refusal {
  const { kind, start, end, value } = p.token;
  const lower = value.toLowerCase();
  if (kind === 'name' && value !== lower && WORDS.has(lower)) {
    return refuse(p, 'COND_SPELLING', { found: `\`${value}`, use: `\`${lower}` });
  }
  const found = kind === 'end' ? '#end' : `\`${p.text.slice(start, Math.min(end, start + 40))}`;
  return refuse(p, 'COND_SYNTAX', { expected, found });
}
