import { operations } from 'virtual:operations';
import type { Completion } from '@codemirror/autocomplete';
import { check, format, matchesPattern, misspellings, parse } from '@warifu/policy';
import { countText, currentLanguage } from '../../language.ts';
import { changeWords } from './change-words.ts';
import { remarksOn } from './check-text.ts';
import { conditionWords } from './completion.ts';
import type { DocumentKind } from './document-kind.ts';
import { templates } from './templates.ts';

/** Permissions: of users, of roles, the defaults. */
export const permissionKind: DocumentKind = {
  label: 'editor.label',
  empty: '{\n  "statements": [\n    \n  ]\n}\n',
  templates: templates.map(({ name, statements }) => ({
    title: `editor.templates.${name}`,
    hint: `editor.templates.${name}Hint`,
    text: formatted(JSON.stringify({ statements })),
  })),
  // A name that is spelled wrong is refused by the server; the rest may be saved.
  check: (text, language) =>
    remarksOn(text, language, parse, (document) => ({
      refused: misspellings(document, operations),
      found: check(document, operations),
    })),
  format: formatted,
  members: { '': ['statements'], statements: ['effect', 'api', 'condition'] },
  values(member, t) {
    if (member === 'effect') return { typed: /\w*$/, options: [{ label: 'allow' }, { label: 'deny' }] };
    if (member === 'api') return { typed: /[\w:*]*$/, options: operationNames() };
    return member === 'condition' ? conditionWords(t) : undefined;
  },
  changes: { title: 'editor.words', none: 'editor.nothingChanges' },
  changeWords,
};

function formatted(text: string): string {
  const result = parse(text);
  return result.ok ? format(result.document) : text;
}

/** Only what a permission decides is suggested, and counted. */
function operationNames(): Completion[] {
  const known = operations.filter(({ access }) => access === 'permission');
  const names = known.map(({ name, summary }) => ({ label: name, info: summary[currentLanguage()], type: 'function' }));
  const tags = [...new Set(known.map(({ name }) => `${name.split(':')[0]}:*`))];
  const wildcards = ['*', ...tags].map((pattern) => {
    const count = known.filter(({ name }) => matchesPattern(pattern, name)).length;
    return { label: pattern, detail: countText('editor.covers', count), type: 'namespace' };
  });
  return [...wildcards, ...names];
}
