import type { ApiOperation } from '../../authorize/imported.ts';
import { type Piece, pieceOf, splitInto } from './piece.ts';

/** The operation of a request, with the decoded values of its path. */
export type Matched = { readonly operation: ApiOperation; readonly pathVariables: Readonly<Record<string, string>> };

export type Router = {
  /**
   * The operation of a request, literal before variable. HEAD is GET without a body (RFC 9110 §9.3.2): it is judged as
   * the GET of its path where it is not described itself, or not so literally.
   * SECURITY: there is none where a program that is less strict would take the request for a more literal operation, or one
   * that decodes less for a less literal one.
   */
  readonly match: (method: string, path: string) => Matched | undefined;
  /** Whether such a program, or one that decodes more, may take a request for a described one. */
  readonly isLike: (method: string, path: string) => boolean;
};

/** Of two operations at the same place, the first one is found. */
export function routerOf(operations: readonly ApiOperation[]): Router {
  const exact = treeOf(operations, segmentsOf);
  const lenient = treeOf(operations, leniently);
  // Then both trees are one, and a path that is folded too is read alike in both.
  const isFolded = operations.every(({ path }) => isFoldedTemplate(path));
  return {
    match: (method, path) => {
      const decoded = plainPath(path);
      if (decoded === undefined) return undefined;
      const found = exact.find(methodsOf(method), segmentsOf(decoded), true);
      if (!found) return undefined;
      if (isFolded && isFoldedPath(path)) return matchedIn(found);
      if (path.includes('%') && exact.find(methodsOf(method), hardlyDecoded(path), true)?.leaf !== found.leaf)
        return undefined;
      const taken = lenient.find(methodsOf(method), leniently(decoded), false);
      return taken && isMoreLiteral(taken, found) ? undefined : matchedIn(found);
    },
    isLike: (method, path) => {
      const decoded = plainPath(path);
      if (decoded === undefined) return true;
      return lenient.find(methodsOf(method), leniently(decoded), false) !== undefined;
    },
  };
}

type Methods = readonly [string, ...string[]];

function methodsOf(method: string): Methods {
  return method === 'HEAD' ? ['HEAD', 'GET'] : [method];
}

function segmentsOf(path: string): string[] {
  return path.slice(1).split('/');
}

/** Which is the same read leniently, and has one way to fit. */
function isFoldedTemplate(path: string): boolean {
  const isPlain = segmentsOf(path).every((segment) => !segment.includes('{') || isVariable(segment));
  return isPlain && isFoldedPath(path.replace(/\{[^{}]*\}/g, 'x'));
}

/** ASCII without capitals and without anything encoded. */
const folded = /^[\x21-\x24\x26-\x40\x5b-\x7e]*$/;

function isFoldedPath(path: string): boolean {
  return folded.test(path) && (path.length === 1 || !path.endsWith('/'));
}

/** As many frameworks read paths: whatever the case, with or without a slash at the end. */
function leniently(path: string): string[] {
  const lower = path.normalize('NFC').toLowerCase();
  return segmentsOf(lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower);
}

/** As programs read paths that route before they decode: what needs no encoding, or is not written as usual, stays encoded. */
function hardlyDecoded(path: string): string[] {
  const decoded = path.replace(/%[c-f][\da-f](?:%[89ab][\da-f])+|%[\da-f]{2}/gi, (written) => {
    const one = decodeURIComponent(written);
    return encodeURI(one) === written ? one : written;
  });
  return segmentsOf(decoded);
}

type Leaf = { readonly operation: ApiOperation; readonly names: readonly string[] };

type Mixed = { readonly piece: Piece; readonly node: Node };

type Node = {
  readonly literals: Map<string, Node>;
  /** Segments of literals and variables, by their templates with empty names. */
  readonly mixed: Map<string, Mixed>;
  /** The same, the more literal first; made by the first request. */
  ordered: readonly Mixed[] | undefined;
  variable: Node | undefined;
  /** By method. */
  readonly ends: Map<string, Leaf>;
};

type Found = {
  readonly leaf: Leaf;
  readonly values: readonly string[];
  /** For each segment how much of it is literal. */
  readonly literal: readonly number[];
};

type Tree = { readonly find: (methods: Methods, segments: string[], strict: boolean) => Found | undefined };

function treeOf(operations: readonly ApiOperation[], split: (path: string) => string[]): Tree {
  const root = newNode();
  for (const operation of operations) {
    const names = [...operation.path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
    const { ends } = split(operation.path).reduce(childOf, root);
    if (!ends.has(operation.method)) ends.set(operation.method, { operation, names });
  }
  const find = ([method, ...others]: Methods, segments: string[], strict: boolean) => {
    let best = new Walk(method, segments, strict).from(root);
    for (const other of others) {
      const one = new Walk(other, segments, strict).from(root);
      if (one && (!best || isMoreLiteral(one, best))) best = one;
    }
    return best;
  };
  return { find };
}

function newNode(): Node {
  return { literals: new Map(), mixed: new Map(), ordered: undefined, variable: undefined, ends: new Map() };
}

function childOf(parent: Node, segment: string): Node {
  if (!segment.includes('{')) {
    const known = parent.literals.get(segment) ?? newNode();
    parent.literals.set(segment, known);
    return known;
  }
  if (isVariable(segment)) return (parent.variable ??= newNode());
  const piece = pieceOf(segment);
  const known = parent.mixed.get(piece.text) ?? { piece, node: newNode() };
  parent.mixed.set(piece.text, known);
  return known.node;
}

function isVariable(segment: string): boolean {
  return /^\{[^{}]*\}$/.test(segment);
}

function orderedIn(node: Node): readonly Mixed[] {
  node.ordered ??= [...node.mixed.values()].toSorted((a, b) => b.piece.weight - a.piece.weight);
  return node.ordered;
}

const noValues: readonly string[] = [];

/** A look for one request. Each node is come to once at most, as only one way leads to it. */
class Walk {
  readonly #method: string;
  readonly #segments: readonly string[];
  readonly #strict: boolean;
  readonly #values: (readonly string[])[] = [];
  readonly #literal: number[] = [];

  constructor(method: string, segments: readonly string[], strict: boolean) {
    this.#method = method;
    this.#segments = segments;
    this.#strict = strict;
  }

  from(root: Node): Found | undefined {
    const leaf = this.#at(root, 0);
    return leaf && { leaf, values: this.#values.flat(), literal: this.#literal };
  }

  #at(node: Node, at: number): Leaf | undefined {
    const segment = this.#segments[at];
    if (segment === undefined) return node.ends.get(this.#method);
    const leaf = this.#through(node.literals.get(segment), at, noValues, Number.POSITIVE_INFINITY);
    if (leaf || segment === '') return leaf;
    for (const { piece, node: next } of orderedIn(node)) {
      const values = splitInto(piece, segment, this.#strict);
      const through = values && this.#through(next, at, values, piece.weight);
      if (through) return through;
    }
    return this.#through(node.variable, at, [segment], 0);
  }

  #through(next: Node | undefined, at: number, values: readonly string[], literal: number): Leaf | undefined {
    const leaf = next && this.#at(next, at + 1);
    if (!leaf) return undefined;
    this.#values[at] = values;
    this.#literal[at] = literal;
    return leaf;
  }
}

/** From the left, the first segment in which they differ decides. */
function isMoreLiteral({ literal: one }: Found, { literal: other }: Found): boolean {
  const at = one.findIndex((weight, i) => i < other.length && weight !== other[i]);
  return at !== -1 && (one[at] as number) > (other[at] as number);
}

function matchedIn({ leaf: { operation, names }, values }: Found): Matched {
  return { operation, pathVariables: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])) };
}

/** Whether every program reads a path alike. */
export function isPlainPath(path: string): boolean {
  return plainPath(path) !== undefined;
}

/**
 * A path decoded, where every program reads it alike; else undefined.
 * SECURITY: dot segments, empty ones, a backslash, parameters of a segment, encoded separators and controls, what is
 * encoded twice and what is no UTF-8 are one path to the gate and another to the program behind it.
 */
function plainPath(path: string): string | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(path) || unplain.test(path)) return undefined;
  let decoded = path;
  if (path.includes('%')) {
    try {
      decoded = decodeURIComponent(path);
    } catch {
      return undefined;
    }
    if (/%[\da-f]{2}/i.test(decoded)) return undefined;
  }
  return /\/\/|\/\.{1,2}(?:\/|$)/.test(decoded) ? undefined : decoded;
}

const unplain = /[\\?#;]|%(?:2f|5c|3b|[01][\da-f]|7f)/i;
