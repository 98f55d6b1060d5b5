import type { VisitorObject } from 'oxc-parser';
import type { Import, Walk } from './facts.ts';
import { importedNames, nameOf, textOf } from './syntax.ts';

/** Every form: static, of types, of nothing but effects, re-exported, dynamic, inside a type. */
export function imports({ facts, constants, lineOf }: Walk): VisitorObject {
  const add = (specifier: string, start: number, more: Partial<Import> = {}) =>
    facts.imports.push({ specifier, names: [], typeOnly: false, ...more, line: lineOf(start) });
  return {
    ImportDeclaration: (node) => {
      const typeOnly = node.importKind === 'type' || areTypes(node.specifiers);
      add(node.source.value, node.start, { names: importedNames(node), typeOnly });
    },
    ExportAllDeclaration: ({ source, start, exportKind }) =>
      add(source.value, start, { names: ['*'], typeOnly: exportKind === 'type' }),
    ExportNamedDeclaration: ({ source, start, specifiers, exportKind }) => {
      if (source === null) return;
      const typeOnly = exportKind === 'type' || areTypes(specifiers);
      add(source.value, start, { names: specifiers.map(({ local }) => nameOf(local)), typeOnly });
    },
    // What is computed cannot be judged, so it gets a name that no rule allows.
    ImportExpression: ({ source, start }) => add(textOf(source, constants) ?? '(computed)', start, { names: ['*'] }),
    TSImportType: ({ source, start }) => add(source.value, start, { typeOnly: true }),
    TSExternalModuleReference: ({ expression, start }) => add(expression.value, start, { names: ['*'] }),
  };
}

/** `{ type A, type B }`: nothing of it is there at run time. */
function areTypes(specifiers: readonly object[]): boolean {
  const isType = (specifier: { importKind?: string; exportKind?: string }) =>
    specifier.importKind === 'type' || specifier.exportKind === 'type';
  return specifiers.length > 0 && specifiers.every(isType);
}
