import type { Completion } from '@codemirror/autocomplete';
import { check, format, matchesPattern, misspellings, parse } from '@warifu/policy';
import { countText, currentLanguage } from '../../language.ts';
import type { Known, KnownOperation } from '../known-operations.ts';
import { changeWords } from './change-words.ts';
import { remarksOn } from './check-text.ts';
import { conditionWords } from './completion.ts';
import type { DocumentKind } from './document-kind.ts';
import { templates } from './templates.ts';

/** Permissions: of users, of roles, the defaults; about the operations that are known. */
export function permissionKind({ operations, isWhole }: Known): DocumentKind {
  const decided = operations.filter(({ access }) => access === 'permission');
  return {
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
        found: check(document, operations).filter(({ code }) => isWhole || !ofNames.has(code)),
      })),
    format: formatted,
    members: { '': ['statements'], statements: ['effect', 'api', 'condition'] },
    values(member, t, api) {
      if (member === 'effect') return { typed: /\w*$/, options: [{ label: 'allow' }, { label: 'deny' }] };
      if (member === 'api') return { typed: /[\w:*.-]*$/, options: operationNames(decided) };
      return member === 'condition' ? conditionWords(t, namesIn(decided, api)) : undefined;
    },
    meaning: (member, text) => (member === 'api' ? meaningOf(decided, text) : []),
    changes: { title: 'editor.words', none: 'editor.nothingChanges' },
    changeWords: (before, after, t) => changeWords(operations, before, after, t),
  };
}

/** Said of names that are not known; they may be of a catalogue that the caller may not see. */
const ofNames: ReadonlySet<string> = new Set(['LINT_NO_MATCH', 'LINT_DENY_NO_MATCH']);

function formatted(text: string): string {
  const result = parse(text);
  return result.ok ? format(result.document) : text;
}

/** Only what a permission decides is suggested, and counted. */
function operationNames(decided: readonly KnownOperation[]): Completion[] {
  const names = decided.map(({ name, method, path, summary }) => ({
    label: name,
    info: [summary[currentLanguage()], method && path ? `${method} ${path}` : ''].filter(Boolean).join('\n'),
    type: 'function',
  }));
  const tags = [...new Set(decided.map(({ name }) => `${name.split(':')[0]}:*`))];
  const wildcards = ['*', ...tags].map((pattern) => ({
    label: pattern,
    detail: countText('editor.covers', matchedBy(decided, pattern).length),
    type: 'namespace',
  }));
  return [...wildcards, ...names];
}

function matchedBy(decided: readonly KnownOperation[], pattern: string): readonly KnownOperation[] {
  return decided.filter(({ name }) => matchesPattern(pattern, name));
}

/** What the operations that a statement is about have by name. */
function namesIn(decided: readonly KnownOperation[], api: readonly string[]) {
  const meant = api.flatMap((pattern) => matchedBy(decided, pattern));
  return {
    pathVariables: [...new Set(meant.flatMap(({ pathVariables }) => pathVariables))],
    queryParameters: [...new Set(meant.flatMap(({ queryParameters }) => queryParameters))],
  };
}

/** Of a name what it does, of a pattern which ones it stands for. */
function meaningOf(decided: readonly KnownOperation[], text: string): string[] {
  const meant = matchedBy(decided, text);
  const [first] = meant;
  if (!first) return [];
  if (text.includes('*')) {
    const names = meant.slice(0, 10).map(({ name }) => name);
    return [countText('editor.covers', meant.length), ...names, ...(meant.length > names.length ? ['…'] : [])];
  }
  const { method, path, summary } = first;
  return [summary[currentLanguage()], ...(method && path ? [`${method} ${path}`] : [])].filter(Boolean);
}
