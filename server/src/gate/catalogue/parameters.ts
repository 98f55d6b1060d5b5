import { limits as allLimits } from '../../limits.ts';
import { meant } from './reference.ts';
import { isObject, type Values } from './values.ts';

const limits = allLimits.catalogue;

/**
 * The names of an operation's query parameters, those of its path item included. They are offered where somebody writes or
 * tries a permission and decide nothing: what cannot be read is left out, and so are more than a person would look at.
 * @param lists the `parameters` of the path item and of the operation
 */
export function queryParametersOf(document: Values, lists: readonly unknown[]): string[] {
  // SECURITY: many path items may refer to one list, however long.
  const listed = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list.slice(0, limits.parameters) : []));
  const names = listed.flatMap((one) => {
    const described = isObject(one) && typeof one.$ref === 'string' ? meant(document, one.$ref) : one;
    return isObject(described) && described.in === 'query' && isShown(described.name) ? [described.name] : [];
  });
  return [...new Set(names)].slice(0, limits.queryParameters);
}

function isShown(name: unknown): name is string {
  return typeof name === 'string' && /^[^\p{C}]{1,64}$/u.test(name);
}
