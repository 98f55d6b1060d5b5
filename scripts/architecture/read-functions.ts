import type { Function as FunctionNode, ParamPattern, VisitorObject } from 'oxc-parser';
import type { Walk } from './facts.ts';
import { keyOf } from './syntax.ts';

/** Functions with a body, with the names that they or their variables have. */
export function functions({ facts, lineOf, names }: Walk): VisitorObject {
  const add = (node: { params: ParamPattern[]; start: number }, name: string | undefined) => {
    // `this` as the first parameter is a type, no argument.
    const parameters = node.params.filter((param) => param.type !== 'Identifier' || param.name !== 'this').length;
    facts.functions.push({ name: name ?? names.get(node.start) ?? '(unnamed)', parameters, line: lineOf(node.start) });
  };
  const addFunction = (node: FunctionNode) => add(node, node.id?.name);
  const nameValue = (name: string, value: { start: number } | null) => {
    if (value !== null) names.set(value.start, name);
  };
  return {
    VariableDeclarator: ({ id, init }) => nameValue(id.type === 'Identifier' ? id.name : '(unnamed)', init),
    Property: ({ key, value }) => nameValue(keyOf(key), value),
    MethodDefinition: ({ key, value }) => nameValue(keyOf(key), value),
    PropertyDefinition: ({ key, value }) => nameValue(keyOf(key), value),
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: (node) => add(node, undefined),
  };
}
