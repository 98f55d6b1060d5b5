import { parse, type Source } from '@warifu/policy';
import { named, type Translate } from '../language.ts';

/** One of the texts that decide for a SAM user. */
export type PermissionText = { from: Source['from']; text: string };

/** The parsed documents; an empty text is no document, and one that cannot be read allows nothing. */
export function sourcesFrom(texts: readonly PermissionText[]): Source[] {
  return texts.flatMap(({ from, text }) => {
    if (text.trim() === '') return [];
    const result = parse(text);
    return result.ok ? [{ from, document: result.document }] : [];
  });
}

/** `srn:warifu::Role:ReadOnly` is `ReadOnly` to people. */
export function shortRole(roleId: string): string {
  return roleId.split(':').at(-1) ?? roleId;
}

/** A source as answers of the server spell it, `own`, `default`, `role:<id>`, in words that mark a name. */
export function sourceName(source: string, t: Translate): string {
  if (source === 'own' || source === 'default') return t(`effective.sources.${source}`);
  return named(shortRole(source));
}

export function originName(from: Source['from'], t: Translate): string {
  return from.kind === 'role' ? named(shortRole(from.name)) : t(`effective.sources.${from.kind}`);
}
