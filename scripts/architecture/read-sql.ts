import type { CallExpression, TSTypeAliasDeclaration, VisitorObject } from 'oxc-parser';
import type { Facts, Walk } from './facts.ts';
import { propertyOf, textOf } from './syntax.ts';

const writeVerbs = ['insertInto', 'replaceInto', 'mergeInto', 'updateTable', 'deleteFrom'];
const readVerbs = ['selectFrom', 'innerJoin', 'leftJoin', 'rightJoin', 'fullJoin', 'crossJoin'];

/** Statements to the database, and the tables that it has. */
export function sql({ facts, constants, lineOf }: Walk): VisitorObject {
  return {
    CallExpression: (node) => {
      const verb = methodOf(node);
      if (verb === undefined) return;
      const line = lineOf(node.callee.end);
      if (verb === 'transaction') facts.transactions.push(line);
      const kind = writeVerbs.includes(verb) ? facts.writes : readVerbs.includes(verb) ? facts.reads : undefined;
      kind?.push(...tablesOf(node, constants).map((table) => ({ verb, table, line })));
    },
    TaggedTemplateExpression: ({ tag, quasi, start }) => {
      const text = quasi.quasis[0]?.value.raw ?? '';
      const isWrite = /^\s*(insert|update|delete|replace|merge|truncate)\b/i.test(text);
      if (tag.type === 'Identifier' && tag.name === 'sql' && isWrite) facts.rawWrites.push(lineOf(start));
    },
    TSTypeAliasDeclaration: (node) => facts.tables.push(...membersOfDatabase(node, lineOf)),
  };
}

/** `a.b(…)` and `a['b'](…)`: `b`. */
function methodOf({ callee }: CallExpression): string | undefined {
  return callee.type === 'MemberExpression' ? propertyOf(callee) : undefined;
}

/** The tables of a call, without their aliases. */
function tablesOf(node: CallExpression, constants: ReadonlyMap<string, string>): (string | undefined)[] {
  const first = node.arguments[0];
  if (first === undefined || first.type === 'SpreadElement') return [undefined];
  const items = first.type === 'ArrayExpression' ? first.elements : [first];
  return items.map((item) => {
    const text = item === null || item.type === 'SpreadElement' ? undefined : textOf(item, constants);
    return text?.split(/\s+as\s+/i)[0]?.trim();
  });
}

/** The tables that `type Database = { … }` declares. */
function membersOfDatabase({ id, typeAnnotation }: TSTypeAliasDeclaration, lineOf: Walk['lineOf']): Facts['tables'] {
  if (id.name !== 'Database' || typeAnnotation.type !== 'TSTypeLiteral') return [];
  return typeAnnotation.members.flatMap((member) => {
    if (member.type !== 'TSPropertySignature' || member.key.type !== 'Identifier') return [];
    return [{ name: member.key.name, line: lineOf(member.start) }];
  });
}
