import { type Expression, matchesPattern, type PermissionDocument } from '@warifu/policy';

export type KnownValue = string | number | boolean;

/** Values that are known before the call: variables by name, and path variables. */
export type Known = {
  readonly variables: Readonly<Record<string, KnownValue>>;
  readonly pathVariables?: Readonly<Record<string, string>>;
};

/** The same document with the known values put in, so that conditions on them can be compared and decided beforehand. */
export function specialise(document: PermissionDocument, known: Known): PermissionDocument {
  return withConditions(document, (e) =>
    e.kind === 'variable' || e.kind === 'call' ? knownValue(e, known) : undefined,
  );
}

/**
 * The same document with what it says about names decided for one name: `samUserName == 'dana'` becomes true or false,
 * while `pathVariable('user_name') == samUserName` stays as it is.
 * @param name undefined: a name that no document mentions
 */
export function specialiseNames(document: PermissionDocument, name: string | undefined): PermissionDocument {
  return withConditions(document, (e) => decideName(e, name));
}

/** What stands for a part of a condition; undefined where the part stays and its own parts are looked at. */
type Replace = (e: Expression) => Expression | undefined;

function withConditions(document: PermissionDocument, replace: Replace): PermissionDocument {
  const statements = document.statements.map((statement) => {
    const { condition } = statement;
    if (condition === null) return statement;
    return { ...statement, condition: { ...condition, expression: rewrite(condition.expression, replace) } };
  });
  return { ...document, statements };
}

/** Puts known values into one condition, such as that of a trust policy. */
export function specialiseExpression(e: Expression, known: Known): Expression {
  return rewrite(e, (part) => (part.kind === 'variable' || part.kind === 'call' ? knownValue(part, known) : undefined));
}

function rewrite(e: Expression, replace: Replace): Expression {
  const replaced = replace(e);
  if (replaced) return replaced;
  const again = (part: Expression) => rewrite(part, replace);
  switch (e.kind) {
    case 'not':
      return { ...e, operand: again(e.operand) };
    case 'and':
    case 'or':
      return { ...e, operands: e.operands.map(again) };
    case 'compare':
      return { ...e, left: again(e.left), right: again(e.right) };
    case 'in':
      return { ...e, left: again(e.left), list: e.list.map(again) };
    case 'like':
      return { ...e, left: again(e.left) };
    default:
      return e;
  }
}

function knownValue(e: Extract<Expression, { kind: 'variable' | 'call' }>, known: Known): Expression | undefined {
  if (e.kind === 'variable') return literal(e, own(known.variables, e.name));
  const [first] = e.arguments;
  if (e.name !== 'pathVariable' || first?.kind !== 'string') return undefined;
  return literal(e, own(known.pathVariables ?? {}, first.value));
}

// SECURITY: `pathVariable('constructor')` must not reach what every object inherits.
function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function literal({ start, end }: Expression, value: KnownValue | undefined): Expression | undefined {
  if (typeof value === 'string') return { kind: 'string', value, start, end };
  if (typeof value === 'number') return { kind: 'integer', value, start, end };
  return value === undefined ? undefined : { kind: 'boolean', value, start, end };
}

function decideName(e: Expression, name: string | undefined): Expression | undefined {
  const yes = (value: boolean) => literal(e, value);
  if (e.kind === 'like' && isName(e.left)) return yes(matches(e.pattern.value, name) !== e.negated);
  if (e.kind === 'in' && isName(e.left) && e.list.every((item) => item.kind === 'string')) {
    return yes(e.list.some((item) => item.value === name) !== e.negated);
  }
  if (e.kind !== 'compare' || (e.operator !== '==' && e.operator !== '!=')) return undefined;
  const constant = isName(e.left) ? e.right : isName(e.right) ? e.left : undefined;
  return constant?.kind === 'string' ? yes((constant.value === name) === (e.operator === '==')) : undefined;
}

function isName(e: Expression): boolean {
  return e.kind === 'variable' && e.name === 'samUserName';
}

/** A name that nobody mentions is matched by what matches every name. */
function matches(pattern: string, name: string | undefined): boolean {
  return name === undefined ? /^\*+$/.test(pattern) : matchesPattern(pattern, name);
}
