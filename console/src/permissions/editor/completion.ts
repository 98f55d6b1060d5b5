import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import { FUNCTIONS, KEYWORDS, VARIABLES } from '@warifu/policy';
import { currentLanguage, type Translate } from '../../language.ts';
import type { DocumentKind, Suggestions } from './document-kind.ts';

/** Suggests what fits where the cursor is: members, operation names, principals, the words of a condition. */
export function completion(kindNow: () => DocumentKind, t: Translate) {
  return (context: CompletionContext): CompletionResult | null => {
    const { members, values } = kindNow();
    const place = placeOf(context);
    if (!place) return null;
    if (place.kind === 'value') return suggest(context, values(place.member, t));
    const names = members[place.member] ?? [];
    return suggest(context, { typed: /\w*$/, options: names.map((label) => ({ label, type: 'property' })) });
  };
}

type Node = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>;

/** Whether the cursor is in the name of a member or in a string value, and of which member of the document. */
function placeOf(context: CompletionContext): { kind: 'name' | 'value'; member: string } | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (node.from === context.pos) return null;
  const nameOf = (property: Node | null) => {
    const name = property?.getChild('PropertyName');
    return name ? context.state.sliceDoc(name.from + 1, name.to - 1) : '';
  };
  // A string that has no colon yet stands in an object as an error of the syntax.
  const inObject = node.name === 'String' && node.parent?.name !== 'Property' && above(node)?.name === 'Object';
  if (node.name === 'PropertyName' || inObject) {
    const object = node.name === 'PropertyName' ? node.parent?.parent : above(node);
    return { kind: 'name', member: nameOf(propertyAbove(object ?? null)) };
  }
  if (node.name !== 'String') return null;
  const property = propertyAbove(node);
  return property && { kind: 'value', member: nameOf(property) };
}

function above(node: Node): Node | null {
  return node.parent?.type.isError ? node.parent.parent : node.parent;
}

function propertyAbove(node: Node | null): Node | null {
  for (let up = node?.parent ?? null; up; up = up.parent) if (up.name === 'Property') return up;
  return null;
}

function suggest(context: CompletionContext, suggestions: Suggestions | undefined): CompletionResult | null {
  if (!suggestions) return null;
  const { typed, options } = suggestions;
  const before = context.matchBefore(typed);
  if (!before || (before.from === before.to && !context.explicit)) return null;
  return { from: before.from, options, validFor: new RegExp(`^${typed.source}`) };
}

/** The words of a condition. */
export function conditionWords(t: Translate): Suggestions {
  const language = currentLanguage();
  const options: Completion[] = [
    ...VARIABLES.map(({ name, type, meaning, values }) => ({
      label: name,
      detail: `${t('editor.completions.variable')}: ${type}`,
      info: values ? `${meaning[language]}: ${values.join(', ')}` : meaning[language],
      type: 'variable',
    })),
    ...FUNCTIONS.map(({ name, signature, example, meaning }) => ({
      label: name,
      detail: t('editor.completions.function'),
      info: `${signature}: ${meaning[language]}`,
      apply: example,
      type: 'function',
    })),
    ...KEYWORDS.map((label) => ({ label, detail: t('editor.completions.keyword'), type: 'keyword' })),
  ];
  return { typed: /[\w']*$/, options };
}
