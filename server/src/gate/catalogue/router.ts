import type { ApiOperation } from '../../authorize/imported.ts';
import { limits } from '../../limits.ts';
import { plainPath } from './plain-path.ts';
import { type Effort, fitting, type Leaf, segmentsOf, type Tree, valuesIn } from './tree.ts';

/** The operation of a request, with the decoded values of its path. */
export type Matched = { readonly operation: ApiOperation; readonly pathVariables: Readonly<Record<string, string>> };

export type Router = {
  /**
   * The operation of a request, literal before variable. HEAD is GET without a body (RFC 9110 §9.3.2): it is judged as
   * the GET of its path where it is not described itself, or not so literally.
   * SECURITY: there is none where a program that is less strict would take the request for a more literal operation, one
   * that decodes less for a less literal one, or one that asks its routes in another order for another one.
   */
  readonly match: (method: string, path: string) => Matched | undefined;
  /** Whether such a program, or one that decodes more, may take a request for a described one. */
  readonly isLike: (method: string, path: string) => boolean;
};

/** Of catalogues that stand at one host: which one an operation stands in says nothing of how literal it is. */
export function routerOf(trees: readonly Tree[]): Router {
  return {
    match: (method, path) => {
      const decoded = plainPath(path);
      const all = decoded === undefined ? undefined : fits(trees, method, decoded);
      if (decoded === undefined || all === undefined) return undefined;
      const best = bestOf(all, segmentsOf(decoded));
      if (!best || all.some((other) => isSomewhereMoreLiteral(other, best.leaf))) return undefined;
      if (path.includes('%') && !isBestOf(trees, method, { path: hardlyDecoded(path), leaf: best.leaf }))
        return undefined;
      return matchedIn(best);
    },
    isLike: (method, path) => {
      const decoded = plainPath(path);
      return decoded === undefined || fits(trees, method, decoded)?.length !== 0;
    },
  };
}

/**
 * What a path may be taken for, HEAD before GET.
 * SECURITY: undefined where that takes too long to say. Who describes an API may make it so, and then all would wait.
 */
function fits(trees: readonly Tree[], method: string, decoded: string): Leaf[] | undefined {
  const effort: Effort = { steps: limits.catalogue.steps };
  const all = trees.flatMap((tree) => fitting(tree, decoded, effort));
  if (effort.steps < 0) return undefined;
  const own = all.filter(({ operation }) => operation.method === method);
  return method === 'HEAD' ? [...own, ...all.filter(({ operation }) => operation.method === 'GET')] : own;
}

type Best = { readonly leaf: Leaf; readonly values: readonly string[] };

/** Of two operations at the same place the first one. */
function bestOf(all: readonly Leaf[], strict: readonly string[]): Best | undefined {
  let best: Best | undefined;
  for (const leaf of all) {
    if (best && !isMoreLiteral(leaf, best.leaf)) continue;
    const values = valuesIn(leaf, strict);
    if (values) best = { leaf, values };
  }
  return best;
}

function isBestOf(trees: readonly Tree[], method: string, { path, leaf }: { path: string; leaf: Leaf }): boolean {
  return bestOf(fits(trees, method, path) ?? [], segmentsOf(path))?.leaf === leaf;
}

/** As programs read paths that route before they decode: what needs no encoding, or is not written as usual, stays encoded. */
function hardlyDecoded(path: string): string {
  return path.replace(/%[c-f][\da-f](?:%[89ab][\da-f])+|%[\da-f]{2}/gi, (written) => {
    const one = decodeURIComponent(written);
    return encodeURI(one) === written ? one : written;
  });
}

/** From the left, the first segment in which they differ decides. */
function isMoreLiteral({ literal: one }: Leaf, { literal: other }: Leaf): boolean {
  const at = one.findIndex((weight, i) => i < other.length && weight !== other[i]);
  return at !== -1 && (one[at] as number) > (other[at] as number);
}

/** Of `/orders/{id}` and `/{kind}/secret` each is, and programs differ in which one they run for `/orders/secret`. */
function isSomewhereMoreLiteral({ literal: one }: Leaf, { literal: other }: Leaf): boolean {
  return one.some((weight, i) => i < other.length && weight > (other[i] as number));
}

function matchedIn({ leaf: { operation, names }, values }: Best): Matched {
  return { operation, pathVariables: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])) };
}
