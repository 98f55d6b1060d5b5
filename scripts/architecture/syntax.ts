import type { Expression, ImportDeclaration, MemberExpression } from 'oxc-parser';

/** The name of a property that is read, if the source says it. */
export function propertyOf(node: MemberExpression): string | undefined {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined;
  return node.property.type === 'Literal' ? String(node.property.value) : undefined;
}

/** The name of a property of an object or a class. */
export function keyOf(key: { type: string; name?: unknown; value?: unknown }): string {
  if (key.type === 'Identifier') return String(key.name);
  return key.type === 'Literal' ? String(key.value) : '(computed)';
}

/** `x` of `x.y`, and of `globalThis.x.y`. */
export function ownerOf(node: Expression): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' ? propertyOf(node) : undefined;
}

/** The text that an expression always has. */
export function textOf(node: Expression, constants: ReadonlyMap<string, string>): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'TemplateLiteral') {
    return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
  }
  if (node.type === 'Identifier') return constants.get(node.name);
  return isWrapper(node) ? textOf(node.expression, constants) : undefined;
}

/** What changes the type of an expression, not its value. */
export function isWrapper(node: Expression) {
  return (
    node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'TSNonNullExpression' ||
    node.type === 'ParenthesizedExpression'
  );
}

/** What an import takes by name; `*` is everything. */
export function importedNames({ specifiers }: ImportDeclaration): string[] {
  return specifiers.map((specifier) => {
    if (specifier.type === 'ImportSpecifier') return nameOf(specifier.imported);
    return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*';
  });
}

/** A name in an import or export, which may be a text. */
export function nameOf(node: { type: 'Identifier'; name: string } | { type: 'Literal'; value: string }): string {
  return node.type === 'Identifier' ? node.name : node.value;
}
