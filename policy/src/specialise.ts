import { addressKey, parseAddress } from './address.ts';
import type { Call, Comparison, Condition, Expression, Membership, PermissionDocument, Variable } from './ast.ts';
import { networksOf, textOf } from './constants.ts';
import { type Replacement, rewrite, truthAt } from './fold.ts';
import { LIMITS } from './limits.ts';
import { isInNetworks } from './networks.ts';
import { matchesPattern } from './pattern.ts';
import type { Source } from './source.ts';
import { VARIABLE_BY_NAME } from './vocabulary.ts';

/**
 * Values that are known before a call is made. Only of variables of type string, integer, boolean and address (as a
 * text); dates and times are never known. A value of another type than the variable's, or one that could not be read
 * from a call either (too long, no address), is left out: then nothing is assumed.
 */
export interface Known {
  readonly variables: Readonly<Record<string, string | number | boolean>>;
  /** Only give variables that the operation has: of those a condition may ask, and it does not fail. */
  readonly pathVariables: Readonly<Record<string, string>>;
}

/** The same sources with the known values put in, and what is constant then worked out; see `specialiseDocument`. */
export function specialise(sources: readonly Source[], known: Known): Source[] {
  return sources.map(({ from, document }) => ({ from, document: specialiseDocument(document, known) }));
}

/**
 * The document with the known values put into its conditions. On calls that have these values it decides the same, and
 * `reach` can say more of it. Texts and places stay those of the document, for people.
 */
export function specialiseDocument(document: PermissionDocument, known: Known): PermissionDocument {
  return rewriteConditions(document, (e) => replaceKnown(e, known));
}

/** One condition with the known values put in, such as that of a trust policy. */
export function specialiseCondition(condition: Condition, known: Known): Condition {
  return { ...condition, expression: rewrite(condition.expression, (e) => replaceKnown(e, known)) };
}

function rewriteConditions(document: PermissionDocument, replace: Replacement): PermissionDocument {
  const statements = document.statements.map((statement) => {
    const { condition } = statement;
    if (condition === null) return statement;
    return { ...statement, condition: { ...condition, expression: rewrite(condition.expression, replace) } };
  });
  return { ...document, statements };
}

function replaceKnown(e: Expression, known: Known): Expression | undefined {
  switch (e.kind) {
    case 'variable':
      return valueOf(e, known);
    case 'call':
      return valueOfCall(e, known);
    case 'compare':
    case 'in':
      return withAddress(e, known);
    default:
      return undefined;
  }
}

// SECURITY: `pathVariable('constructor')` must not find what every object inherits.
function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function valueOf(e: Variable, { variables }: Known): Expression | undefined {
  const value = own(variables, e.name);
  const { start, end } = e;
  switch (VARIABLE_BY_NAME.get(e.name)?.type) {
    case 'string':
      return isReadable(value) ? { kind: 'string', value, start, end } : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? { kind: 'integer', value: value as number, start, end } : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? truthAt(e, value) : undefined;
    default:
      return undefined;
  }
}

function isReadable(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LIMITS.textLength;
}

function valueOfCall(e: Call, known: Known): Expression | undefined {
  if (e.name === 'ipAddress') {
    const text = own(known.variables, 'sourceIp');
    const address = typeof text === 'string' ? parseAddress(text) : undefined;
    return address === undefined ? undefined : truthAt(e, isInNetworks(networksOf(e), address));
  }
  const value = e.name === 'pathVariable' ? own(known.pathVariables, textOf(e.arguments[0] as Expression)) : undefined;
  return isReadable(value) ? { kind: 'string', value, start: e.start, end: e.end } : undefined;
}

/**
 * Addresses are only compared for being equal, so a comparison of them is one of texts once each is in its one spelling.
 * Done for the whole comparison at a time: a text beside `sourceIp` is an address, the same text elsewhere is not.
 */
function withAddress(e: Comparison | Membership, { variables }: Known): Expression | undefined {
  const parts = e.kind === 'compare' ? [e.left, e.right] : [e.left, ...e.list];
  const key = keyOf(own(variables, 'sourceIp'));
  if (key === undefined || !parts.some(isSourceIp)) return undefined;
  const [left, ...others] = parts.map((part): Expression => {
    const value = isSourceIp(part) ? key : (keyOf(textOf(part)) as string);
    return { kind: 'string', value, start: part.start, end: part.end };
  }) as [Expression, ...Expression[]];
  const spelled = e.kind === 'compare' ? { ...e, left, right: others[0] as Expression } : { ...e, left, list: others };
  return rewrite(spelled, () => undefined);
}

function isSourceIp(e: Expression): boolean {
  return e.kind === 'variable' && e.name === 'sourceIp';
}

function keyOf(text: unknown): string | undefined {
  const address = typeof text === 'string' ? parseAddress(text) : undefined;
  return address === undefined ? undefined : addressKey(address);
}

/**
 * The document for callers of one name: comparisons of `samUserName` with constants are replaced by what they give;
 * elsewhere, as in `pathVariable('user_name') == samUserName`, it stays a variable. `undefined` stands for a name that
 * no document mentions: it equals no text, is in no list, and is only like `*`.
 *
 * Comparing what two names may do by the same documents shows whether their conditions favour one of them.
 */
export function specialiseNames(document: PermissionDocument, name: string | undefined): PermissionDocument {
  return rewriteConditions(document, (e) => replaceName(e, name));
}

function replaceName(e: Expression, name: string | undefined): Expression | undefined {
  switch (e.kind) {
    case 'compare':
      return ofComparison(e, name);
    case 'in':
      return isUserName(e.left) ? ofOwnMembership(e, name) : ofMembership(e, name);
    case 'like':
      return isUserName(e.left) ? truthAt(e, isLike(e.pattern.value, name) !== e.negated) : undefined;
    default:
      return undefined;
  }
}

function ofComparison(
  { left, right, operator, start, end }: Comparison,
  name: string | undefined,
): Expression | undefined {
  const constant = isUserName(left) ? right : isUserName(right) ? left : undefined;
  if (constant?.kind !== 'string') return undefined;
  return truthAt({ start, end }, (constant.value === name) === (operator === '=='));
}

/** `samUserName in ['a', pathVariable('user_name')]`: texts decide or go, the rest is asked of the call. */
function ofOwnMembership(e: Membership, name: string | undefined): Expression {
  if (e.list.some((item) => item.kind === 'string' && item.value === name)) return truthAt(e, !e.negated);
  return withList(
    e,
    e.list.filter(({ kind }) => kind !== 'string'),
  );
}

/** `'a' in [samUserName, api]`. */
function ofMembership(e: Membership, name: string | undefined): Expression | undefined {
  if (e.left.kind !== 'string' || !e.list.some(isUserName)) return undefined;
  if (e.left.value === name) return truthAt(e, !e.negated);
  return withList(
    e,
    e.list.filter((item) => !isUserName(item)),
  );
}

function withList(e: Membership, list: readonly Expression[]): Expression {
  return list.length === 0 ? truthAt(e, e.negated) : rewrite({ ...e, list }, () => undefined);
}

function isLike(pattern: string, name: string | undefined): boolean {
  return name === undefined ? /^\*+$/.test(pattern) : matchesPattern(pattern, name);
}

function isUserName(e: Expression): boolean {
  return e.kind === 'variable' && e.name === 'samUserName';
}
