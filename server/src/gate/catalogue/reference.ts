import { type Problem, refuseAt } from './problem.ts';
import { isObject, type Values } from './values.ts';

/**
 * A path item; one that refers to another in the same file (JSON Pointer, RFC 6901) has what that has and, before it,
 * what stands beside the reference.
 */
export function resolved(document: Values, item: unknown, path: string): Values {
  let value = item;
  for (let steps = 0; isObject(value) && typeof value.$ref === 'string'; steps++) {
    const { $ref, ...beside } = value;
    const target = steps < 8 ? meant(document, String($ref)) : undefined;
    if (!isObject(target)) throw refuseAt(path, astray(String($ref).slice(0, 80)));
    value = { ...target, ...beside };
  }
  if (!isObject(value) || value.$ref !== undefined)
    throw refuseAt(path, { en: 'is no path item', ja: 'パスの定義ではありません。' });
  return value;
}

function astray(reference: string): Problem {
  return {
    en: `$ref ${reference} leads to no path item of the file, or in a circle`,
    ja: `$ref ${reference} の参照先がファイル内のパスの定義ではないか、循環しています。`,
  };
}

/** What a reference leads to; undefined where that is nothing in the file. */
export function meant(document: Values, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  try {
    const pieces = reference
      .slice(2)
      .split('/')
      .map((piece) => decodeURIComponent(piece));
    const names = pieces.map((piece) => piece.replaceAll('~1', '/').replaceAll('~0', '~'));
    return names.reduce<unknown>(
      (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
      document,
    );
  } catch {
    return undefined;
  }
}
