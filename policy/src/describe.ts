import { type Code, MESSAGES } from './messages.ts';
import type { Params, Problem } from './problem.ts';
import { TERMS } from './terms.ts';

export type Language = 'en' | 'ja';

/** Anything that carries a code of the table and its parameters: a problem, a lint finding, a failure. */
export interface Described {
  readonly code: Code;
  readonly params: Params;
}

/** The message of a problem, a finding or a failure, without its place: one or two sentences. Never throws. */
export function describeProblem(problem: Described, language: Language): string {
  const template: string = MESSAGES[problem.code][language === 'en' ? 0 : 1];
  const parts = template.split(/[{}]/);
  const filled = parts.map((part, i) => (i % 2 === 0 ? part : parameter(problem.params, part, language)));
  return withSuggestions(sentence(filled.join(''), language), problem.params, language);
}

/** The same with the place in front: "Line 3, column 7: …" or 「3 行 7 列: …」. */
export function describeProblemAt(problem: Problem, language: Language): string {
  const message = describeProblem(problem, language);
  return language === 'en'
    ? `Line ${problem.line}, column ${problem.column}: ${message}`
    : `${problem.line} 行 ${problem.column} 列: ${message}`;
}

function parameter(params: Params, name: string, language: Language): string {
  const value = params[name] as Params[string];
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (typeof value === 'string') return word(value, language);
  return name === 'expected' ? alternatives(value, language) : enumeration(value, language);
}

/** A name the writer may have meant is offered whatever the code is. */
function withSuggestions(message: string, params: Params, language: Language): string {
  const names = params['suggestions'] as readonly string[] | undefined;
  if (names === undefined || names.length === 0) return message;
  const joined = alternatives(names, language);
  return language === 'en' ? `${message} Did you mean ${joined}?` : `${message}${joined} ではありませんか。`;
}

function enumeration(values: readonly string[], language: Language): string {
  return values.map((value) => word(value, language)).join(language === 'en' ? ', ' : '、');
}

function alternatives(values: readonly string[], language: Language): string {
  const words = values.map((value) => word(value, language));
  const last = words.pop() as string;
  if (words.length === 0) return last;
  return language === 'en' ? `${words.join(', ')} or ${last}` : joinJapanese(words.join('、'), last);
}

/** Half-width words are set off by a space, full-width ones are not. */
function joinJapanese(before: string, after: string): string {
  const left = isAscii(before.slice(-1)) ? ' ' : '';
  const right = isAscii(after.charAt(0)) ? ' ' : '';
  return `${before}${left}または${right}${after}`;
}

function isAscii(character: string): boolean {
  return character < '\u0080';
}

/** `#name` is a word of the table, a leading back-quote marks text that is shown in quotes. */
function word(value: string, language: Language): string {
  const term = TERMS.get(value);
  if (term !== undefined) return term[language];
  if (!value.startsWith('`')) return value;
  return language === 'en' ? `"${value.slice(1)}"` : `「${value.slice(1)}」`;
}

/** A message may begin with a word of the table. */
function sentence(message: string, language: Language): string {
  return language === 'en' ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}
