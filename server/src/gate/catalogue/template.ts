import { limits } from '../../limits.ts';
import { isPlainPath } from './plain-path.ts';
import { type Problem, refuseAt } from './problem.ts';

/** What is no plain member of an object: values are kept by these names. */
const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** More have no use, and each of them is tried at every character of a request. */
const variablesPerSegment = 4;

/**
 * A path of a description as it is kept: `{name}`s, and between them what requests have after they are decoded.
 * SECURITY: with a path that no request has, the operation would be one that nobody described.
 * @throws DescriptionError with the place
 */
export function templateOf(text: string, where: string): string {
  const pieces = text.split(/(\{[^{}]*\})/);
  const template = pieces.map((piece, at) => (at % 2 === 1 ? piece : literalOf(piece, where))).join('');
  const wrong = wrongPath(template, pieces);
  if (wrong) throw refuseAt(where, wrong);
  return template;
}

const unreachable: Problem = {
  en: 'such a path matches no request as it is',
  ja: 'このままのパスに一致するリクエストはありません。',
};

/** What stands between two variables, decoded once. */
function literalOf(piece: string, where: string): string {
  if (/%(?:2f|7b|7d)/i.test(piece)) throw refuseAt(where, unreachable);
  try {
    return decodeURIComponent(piece);
  } catch {
    const en = 'what stands after a % is no character in UTF-8';
    throw refuseAt(where, { en, ja: '% に続く部分が UTF-8 の文字ではありません。' });
  }
}

function wrongPath(template: string, pieces: readonly string[]): Problem | undefined {
  if (!template.startsWith('/')) return { en: 'a path begins with /', ja: 'パスは / で始まる必要があります。' };
  if (template.length > limits.catalogue.path) return { en: 'a path is too long', ja: 'パスが長すぎます。' };
  if (template.split('/').length - 1 > limits.catalogue.segments) {
    const { segments } = limits.catalogue;
    return { en: `a path has at most ${segments} pieces`, ja: `パスの / で区切られた部分は ${segments} 個までです。` };
  }
  return wrongVariables(template, pieces) ?? (isReachable(template) ? undefined : unreachable);
}

function wrongVariables(template: string, pieces: readonly string[]): Problem | undefined {
  const names = pieces.filter((_, at) => at % 2 === 1).map((piece) => piece.slice(1, -1));
  if (!names.every((name) => /^[\w.-]{1,64}$/.test(name) && !reserved.has(name))) {
    return { en: 'a {name} is not one', ja: '{名前} として使用できないものがあります。' };
  }
  if (new Set(names).size !== names.length)
    return { en: 'a {name} is there twice', ja: '同じ {名前} が重複しています。' };
  if (/[{}]/.test(pieces.filter((_, at) => at % 2 === 0).join(''))) {
    return { en: 'a { or } stands alone', ja: '対になっていない { か } があります。' };
  }
  if (template.includes('}{')) {
    const en = 'nothing stands between two {name}s, so a request does not say where one ends';
    return { en, ja: '{名前} の間に区切りがないため、値の範囲が決まりません。' };
  }
  if (template.split('/').some((segment) => segment.split('{').length - 1 > variablesPerSegment)) {
    const en = `between two / there are more than ${variablesPerSegment} {name}s`;
    return { en, ja: `/ と / の間の {名前} は ${variablesPerSegment} 個までです。` };
  }
  return undefined;
}

/** Whether a request with such a path is taken for plain, and the path says what it asks for alone. */
function isReachable(template: string): boolean {
  const sample = template.replace(/\{[^{}]*\}/g, 'x');
  return sample.isWellFormed() && !/[*?#\p{Cc}]/u.test(sample) && isPlainPath(encoded(sample));
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A template as a description writes it, which {@link templateOf} reads as the same one. */
export function writtenTemplate(template: string): string {
  return template.replaceAll('%', '%25');
}
