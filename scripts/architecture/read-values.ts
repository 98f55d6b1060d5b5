import type { Expression, ObjectExpression, VariableDeclarator, VisitorObject } from 'oxc-parser';
import type { Walk } from './facts.ts';
import { importedNames, isWrapper, keyOf, ownerOf, propertyOf } from './syntax.ts';

/** Status codes as numbers, and reads of the outside world. */
export function values({ facts, lineOf }: Walk): VisitorObject {
  const reads = (what: string, start: number) => facts.outside.push({ what, line: lineOf(start) });
  return {
    ObjectExpression: (node) => facts.statusCodes.push(...statusCodes(node).map(lineOf)),
    MemberExpression: (node) => {
      const what = outsideMembers[`${ownerOf(node.object)}.${propertyOf(node)}`];
      if (what !== undefined) reads(what, node.start);
    },
    NewExpression: ({ callee, arguments: given, start }) => {
      if (isDate(callee) && given.length === 0) reads('the clock (new Date)', start);
    },
    CallExpression: ({ callee, start }) => {
      if (isDate(callee)) reads('the clock (Date)', start);
    },
    VariableDeclarator: (node) => {
      for (const what of takenApart(node)) reads(what, node.start);
    },
    ImportDeclaration: (node) => {
      const isProcess = node.source.value === 'node:process' || node.source.value === 'process';
      if (isProcess && importedNames(node).includes('env')) reads('the environment (process.env)', node.start);
    },
  };
}

const outsideMembers: Record<string, string> = {
  'Date.now': 'the clock (Date.now)',
  'process.env': 'the environment (process.env)',
  'Math.random': 'randomness (Math.random)',
  'crypto.getRandomValues': 'randomness (the global crypto)',
  'crypto.randomUUID': 'randomness (the global crypto)',
  'crypto.subtle': 'randomness (the global crypto)',
};

/** `const { env } = process` reads what `process.env` reads. */
function takenApart({ id, init }: VariableDeclarator): string[] {
  if (id.type !== 'ObjectPattern' || init === null) return [];
  return id.properties.flatMap((property) => {
    const name = property.type === 'Property' ? keyOf(property.key) : '';
    return outsideMembers[`${ownerOf(init)}.${name}`] ?? [];
  });
}

function isDate(node: Expression): boolean {
  return ownerOf(node) === 'Date';
}

/** Where an object says `statusCode: 204`, or chooses between such numbers. */
function statusCodes({ properties }: ObjectExpression): number[] {
  return properties.flatMap((property) => {
    if (property.type !== 'Property' || keyOf(property.key) !== 'statusCode') return [];
    return isNumber(property.value) ? [property.start] : [];
  });
}

function isNumber(node: Expression): boolean {
  if (node.type === 'Literal') return typeof node.value === 'number';
  if (node.type === 'ConditionalExpression') return isNumber(node.consequent) || isNumber(node.alternate);
  return isWrapper(node) && isNumber(node.expression);
}
