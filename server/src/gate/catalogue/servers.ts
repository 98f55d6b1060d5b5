import { limits } from '../../limits.ts';
import { type Problem, refuseAt } from './problem.ts';
import { templateOf } from './template.ts';
import { asObject, type Values } from './values.ts';

/**
 * What comes before the paths below a list of servers, decoded; undefined where there is no such list.
 * SECURITY: an operation has one path. Of servers with several, one that is not looked at would have operations that
 * nobody described.
 * @param where the path and the method that the list is for; empty for the whole document
 * @throws DescriptionError with the place
 */
export function basePathOfServers(servers: unknown, where: string): string | undefined {
  if (servers === undefined || servers === null) return undefined;
  const at = `${where} servers`.trim();
  if (!Array.isArray(servers)) throw refuseAt(at, { en: 'is no list', ja: 'リストではありません。' });
  const found = new Set((servers as unknown[]).flatMap((server) => basePathsOf(server, at)));
  if (found.size <= 1) return [...found][0];
  const all = [...found].slice(0, 5).map((base) => base || '/');
  throw refuseAt(at, {
    en: `they have several base paths, ${all.join(' and ')}; leave those in that stand behind the gate`,
    ja: `ベースパスが複数あります (${all.join('、')})。ゲートの背後にあるサーバーだけを残してください。`,
  });
}

/** The base path of a server; with each value that one of its variables may have, another one. */
function basePathsOf(server: unknown, at: string): string[] {
  const { url, variables } = asObject(server);
  if (typeof url !== 'string') throw refuseAt(at, { en: 'a server has no url', ja: 'url のないサーバーがあります。' });
  const of = asObject(variables);
  const choices = [...url.matchAll(/\{([^{}]*)\}/g)].flatMap(([, name = '']) => {
    const values = asObject(of[name]).enum;
    return Array.isArray(values) ? (values as unknown[]).map((value) => ({ [name]: { default: value } })) : [];
  });
  return [{}, ...choices].map((choice) => basePathOf(filled(url, { ...of, ...choice }, at), at));
}

function filled(url: string, variables: Values, at: string): string {
  return url.replace(/\{([^{}]*)\}/g, (written, name: string) => {
    const value = Object.hasOwn(variables, name) ? asObject(variables[name]).default : undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    const en = `the variable ${written} has no default`;
    throw refuseAt(at, { en, ja: `変数 ${written} にデフォルト値がありません。` });
  });
}

const notFromRoot: Problem = {
  en: 'write the url with https:// or from the root with /',
  ja: 'url は https:// または / で始まるように指定してください。',
};

/**
 * The path of a URL, decoded, without the `/` at its end.
 * @param at what has it
 * @throws DescriptionError with that place
 */
export function basePathOf(url: string, at: string): string {
  if (url.length > limits.catalogue.url) throw refuseAt(at, { en: 'a url is too long', ja: 'url が長すぎます。' });
  const path = url.replace(/^(?:[a-z][a-z\d+.-]*:)?\/\/[^/?#\\]*/i, '').replace(/\/+$/, '');
  if (path === '') return '';
  const named = `${at} ${url}`;
  if (!path.startsWith('/')) throw refuseAt(named, notFromRoot);
  // What is left of a brace is no variable of the operations.
  return templateOf(path.replaceAll(/[{}]/g, '*'), named);
}
