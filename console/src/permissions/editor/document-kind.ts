import type { Completion } from '@codemirror/autocomplete';
import type { Language } from '@warifu/contract';
import type { Translate } from '../../language.ts';
import type { TextKey } from '../../locales/catalogue.ts';
import type { Remark } from './check-text.ts';

/** What an editor must know of a kind of document: permissions, trust policies. */
export type DocumentKind = {
  readonly label: TextKey;
  /** What an editor begins with where nothing is saved yet. */
  readonly empty: string;
  /** Where people begin: what the menu offers. */
  readonly templates: readonly { readonly title: TextKey; readonly hint: TextKey; readonly text: string }[];
  /** The same judgement, and the same words, as the server's. */
  readonly check: (text: string, language: Language) => Remark[];
  /** The one layout of a document; a text that is none stays as it is. */
  readonly format: (text: string) => string;
  /** Names of the members of an object, by the member that it is the value of; `statements` for one of the list. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** What fits into the string value of a member, of a statement about some operations. */
  readonly values: (member: string, t: Translate, api: readonly string[]) => Suggestions | undefined;
  /** What a string value means, for whoever points at it. */
  readonly meaning?: (member: string, text: string) => readonly string[];
  /** The words over the changes, and where there are none. */
  readonly changes: { readonly title: TextKey; readonly none: TextKey };
  /** What a changed document means, in words; a diff of the text alone tells few people. */
  readonly changeWords: (before: string, after: string, t: Translate) => string[];
};

export type Suggestions = { readonly typed: RegExp; readonly options: readonly Completion[] };
