import { type BindingPattern, type ParamPattern, type Program, Visitor } from 'oxc-parser';
import { textOf } from './syntax.ts';

const none: ReadonlyMap<string, string> = new Map();

/**
 * The names of a file that stand for one text: `const table = 'users'`. A name that is bound twice is left out, as it
 * would take scopes to know which one is meant.
 */
export function readConstants(program: Program): ReadonlyMap<string, string> {
  const bound: string[] = [];
  const texts = new Map<string, string>();
  const parameters = ({ params }: { params: readonly ParamPattern[] }) => {
    for (const param of params) bound.push(...namesOfParam(param));
  };
  new Visitor({
    VariableDeclaration: ({ kind, declarations }) => {
      for (const { id, init } of declarations) {
        bound.push(...namesIn(id));
        const text = kind === 'const' && init !== null ? textOf(init, none) : undefined;
        if (text !== undefined && id.type === 'Identifier') texts.set(id.name, text);
      }
    },
    FunctionDeclaration: parameters,
    FunctionExpression: parameters,
    ArrowFunctionExpression: parameters,
    CatchClause: ({ param }) => {
      if (param !== null) bound.push(...namesIn(param));
    },
  }).visit(program);
  const once = (name: string) => bound.indexOf(name) === bound.lastIndexOf(name);
  return new Map([...texts].filter(([name]) => once(name)));
}

function namesOfParam(param: ParamPattern): string[] {
  if (param.type === 'RestElement') return namesIn(param.argument);
  return param.type === 'TSParameterProperty' ? namesOfParam(param.parameter) : namesIn(param);
}

function namesIn(pattern: BindingPattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => {
        if (element === null) return [];
        return namesIn(element.type === 'RestElement' ? element.argument : element);
      });
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === 'RestElement' ? property.argument : property.value),
      );
  }
}
