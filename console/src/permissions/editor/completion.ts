import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import { FUNCTIONS, KEYWORDS, VARIABLES } from '@warifu/policy';
import { currentLanguage, type Translate } from '../../language.ts';
import type { DocumentKind, Suggestions } from './document-kind.ts';

/** Suggests what fits where the cursor is: members, operation names, principals, the words of a condition. */
export function completion(kindNow: () => DocumentKind, t: Translate) {
  return (context: CompletionContext): CompletionResult | null => {
    const { members, values } = kindNow();
    const place = placeIn(context.state, context.pos);
    if (!place) return null;
    if (place.kind === 'value') return suggest(context, values(place.member, t, place.api));
    const names = members[place.member] ?? [];
    return suggest(context, { typed: /\w*$/, options: names.map((label) => ({ label, type: 'property' })) });
  };
}

type Node = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>;

type Place = {
  readonly kind: 'name' | 'value';
  readonly member: string;
  /** What the statement around it says of `api`. */
  readonly api: readonly string[];
  readonly from: number;
  readonly to: number;
};

/** How long the text up to the cursor may be parsed before it is suggested from what is known of it; milliseconds. */
const parsing = 200;

/** Whether a place is in the name of a member or in a string value, and of which member of the document. */
export function placeIn(state: EditorState, pos: number): Place | null {
  // The tree of a state ends where the parser was when the state was made: after some time, or at 3,000 characters.
  const node = (ensureSyntaxTree(state, pos, parsing) ?? syntaxTree(state)).resolveInner(pos, -1);
  if (node.from === pos) return null;
  const nameOf = (property: Node | null) => {
    const name = property?.getChild('PropertyName');
    return name ? state.sliceDoc(name.from + 1, name.to - 1) : '';
  };
  const { from, to } = node;
  // A string that has no colon yet stands in an object as an error of the syntax.
  const inObject = node.name === 'String' && node.parent?.name !== 'Property' && above(node)?.name === 'Object';
  if (node.name === 'PropertyName' || inObject) {
    const object = node.name === 'PropertyName' ? node.parent?.parent : above(node);
    return { kind: 'name', member: nameOf(propertyAbove(object ?? null)), api: [], from, to };
  }
  if (node.name !== 'String') return null;
  const property = propertyAbove(node);
  if (!property) return null;
  const beside = property.parent?.getChildren('Property').find((one) => nameOf(one) === 'api');
  return { kind: 'value', member: nameOf(property), api: beside ? stringsIn(state, beside) : [], from, to };
}

function stringsIn(state: EditorState, property: Node): string[] {
  const strings = [property, ...property.getChildren('Array')].flatMap((node) => node.getChildren('String'));
  return strings.map(({ from, to }) => state.sliceDoc(from + 1, to - 1));
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

/** The names that the operations have which a condition is about. */
type Names = { readonly pathVariables: readonly string[]; readonly queryParameters: readonly string[] };

/** Whether a name stands in a condition, and that in JSON, as it is. */
const isPlain = (name: string) => !/['"\\]/.test(name);

/** The words of a condition, those of its operations first. */
export function conditionWords(t: Translate, names?: Names): Suggestions {
  const language = currentLanguage();
  const inPath = (name: string) => ({
    label: `pathVariable('${name}')`,
    detail: t('simulate.path', { name }),
    boost: 1,
  });
  const inQuery = (name: string) => ({ label: `queryParameter('${name}')`, detail: t('simulate.query', { name }) });
  const options: Completion[] = [
    ...(names?.pathVariables ?? []).map((name) => ({ ...inPath(name), type: 'variable' })),
    // A catalogue may have many, and nearly all conditions are about something else.
    ...(names?.queryParameters ?? []).filter(isPlain).map((name) => ({ ...inQuery(name), type: 'variable' })),
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
  return { typed: /(?:(?:pathVariable|queryParameter)\('[^'"\\]*|[\w']*)$/, options };
}
