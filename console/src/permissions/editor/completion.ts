import { operations } from 'virtual:operations';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import { FUNCTIONS, KEYWORDS, matchesPattern, VARIABLES } from '@warifu/policy';
import { countText, currentLanguage, type Translate } from '../../language.ts';

/** Suggests what fits where the cursor is: operation names, or the words of a condition. */
export function completion(t: Translate) {
  return (context: CompletionContext): CompletionResult | null => {
    const place = placeOf(context);
    if (!place) return null;
    if (place.name === 'effect') return suggest(context, /\w*$/, effects, /^\w*$/);
    if (place.name === 'api') return suggest(context, /[\w:*]*$/, operationNames(), /^[\w:*]*$/);
    if (place.name === 'condition') return suggest(context, /[\w']*$/, conditionWords(t), /^[\w']*$/);
    return null;
  };
}

const effects: Completion[] = [{ label: 'allow' }, { label: 'deny' }];

/** The member of the statement whose string value the cursor is in. */
function placeOf(context: CompletionContext): { name: string } | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (node.name !== 'String' || node.from === context.pos) return null;
  for (let up = node.parent; up; up = up.parent) {
    if (up.name !== 'Property') continue;
    const name = up.getChild('PropertyName');
    return name ? { name: context.state.sliceDoc(name.from + 1, name.to - 1) } : null;
  }
  return null;
}

function suggest(
  context: CompletionContext,
  typed: RegExp,
  options: Completion[],
  validFor: RegExp,
): CompletionResult | null {
  const before = context.matchBefore(typed);
  if (!before || (before.from === before.to && !context.explicit)) return null;
  return { from: before.from, options, validFor };
}

function operationNames(): Completion[] {
  const names = operations.map(({ name, summary }) => ({ label: name, info: summary, type: 'function' }));
  const tags = [...new Set(operations.map(({ name }) => `${name.split(':')[0]}:*`))];
  return [...['*', ...tags].map(wildcard), ...names];
}

/** A wildcard says how many operations it covers at present. */
function wildcard(pattern: string): Completion {
  const count = operations.filter(({ name }) => matchesPattern(pattern, name)).length;
  return { label: pattern, detail: countText('editor.covers', count), type: 'namespace' };
}

function conditionWords(t: Translate): Completion[] {
  const language = currentLanguage();
  return [
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
}
