import type { Expression, PermissionDocument, Source } from '@warifu/policy';

/** Values that are known before the call: variables by name, and path variables. */
export type Known = {
  readonly variables: Readonly<Record<string, string>>;
  readonly pathVariables: Readonly<Record<string, string>>;
};

/** The same sources with the known values put in, so that conditions on them can be decided beforehand. */
export function specialise(sources: readonly Source[], known: Known): Source[] {
  return sources.map(({ from, document }) => ({ from, document: specialiseDocument(document, known) }));
}

function specialiseDocument(document: PermissionDocument, known: Known): PermissionDocument {
  const statements = document.statements.map((statement) => {
    const { condition } = statement;
    if (condition === null) return statement;
    return { ...statement, condition: { ...condition, expression: replace(condition.expression, known) } };
  });
  return { ...document, statements };
}

function replace(e: Expression, known: Known): Expression {
  const again = (part: Expression) => replace(part, known);
  switch (e.kind) {
    case 'variable':
      return literal(e, known.variables[e.name]);
    case 'call': {
      const [first] = e.arguments;
      const named =
        e.name === 'pathVariable' && first?.kind === 'string' ? known.pathVariables[first.value] : undefined;
      return literal(e, named);
    }
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

function literal(e: Expression, value: string | undefined): Expression {
  return value === undefined ? e : { kind: 'string', value, start: e.start, end: e.end };
}
