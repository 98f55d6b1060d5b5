import { type ErrorFacts, type ErrorRow, factTypes } from './error-facts.ts';
import { type ErrorCode, errorTable } from './errors.ts';

export type Language = 'en' | 'ja';

/** Values for the `{names}` of a message; a value may itself have a text per language. */
export type MessageParams = Record<string, string | Record<Language, string>>;

/** The message of a code in a language, its `{parameters}` filled in; an absent parameter stays empty. */
export function errorMessage(code: ErrorCode, language: Language, params: MessageParams = {}): string {
  return errorTable[code][language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    return typeof value === 'string' ? value : value[language];
  });
}

/** The members that an error of a code has beside `code` and `message`: of its parameters those that its row lists. */
export function errorFacts(code: ErrorCode, params: MessageParams): ErrorFacts {
  const { facts = [] }: ErrorRow = errorTable[code];
  const given = facts.filter((name) => typeof params[name] === 'string');
  return Object.fromEntries(
    given.map((name) => [name, factTypes[name] === 'integer' ? Number(params[name]) : params[name]]),
  );
}
