import { pathVariablesOf } from '../../authorize/catalogue.ts';
import type { ApiOperation } from '../../authorize/imported.ts';
import { type Piece, pieceOf, splitInto } from './piece.ts';

/** A template of a path, read: for each segment its text, or how it is split, or undefined for one variable. */
export type Leaf = {
  readonly operation: ApiOperation;
  readonly segments: readonly (string | Piece | undefined)[];
  /** For each segment how much of it is literal. */
  readonly literal: readonly number[];
  readonly names: readonly string[];
};

/** A segment of literals and variables, as it is and as lenient programs read it. */
type Mixed = { readonly exact: Piece; readonly lenient: Piece; readonly node: Node };

/** Templates by their segments, whatever the case. */
type Node = {
  literals?: Map<string, Node>;
  /** By their templates with empty names. */
  mixed?: Map<string, Mixed>;
  variable?: Node;
  ends?: Leaf[];
};

export type Tree = Node;

export function treeOf(operations: readonly ApiOperation[]): Tree {
  const root: Node = {};
  for (const operation of operations) {
    const exact = segmentsOf(operation.path);
    const end = leniently(operation.path).reduce(
      (node, segment, i) => childOf(node, segment, exact[i] as string),
      root,
    );
    (end.ends ??= []).push(leafOf(operation));
  }
  return root;
}

function leafOf(operation: ApiOperation): Leaf {
  const segments = segmentsOf(operation.path).map((segment) => {
    if (!segment.includes('{')) return segment;
    return isVariable(segment) ? undefined : pieceOf(segment);
  });
  const literal = segments.map((segment) => {
    if (segment === undefined) return 0;
    return typeof segment === 'string' ? Number.POSITIVE_INFINITY : segment.weight;
  });
  return { operation, segments, literal, names: pathVariablesOf(operation) };
}

function childOf(parent: Node, lenient: string, exact: string): Node {
  if (isVariable(exact)) return (parent.variable ??= {});
  if (exact.includes('{')) {
    const mixed = (parent.mixed ??= new Map<string, Mixed>());
    const piece = pieceOf(exact);
    const known = mixed.get(piece.text) ?? { exact: piece, lenient: pieceOf(lenient), node: {} };
    mixed.set(piece.text, known);
    return known.node;
  }
  const literals = (parent.literals ??= new Map<string, Node>());
  const known = literals.get(lenient) ?? {};
  literals.set(lenient, known);
  return known;
}

function isVariable(segment: string): boolean {
  return /^\{[^{}]*\}$/.test(segment);
}

export function segmentsOf(path: string): string[] {
  return path.slice(1).split('/');
}

/**
 * The segments of a path, or of a template, as lenient programs read them: whatever the case by any rule, whatever the
 * width of letters, with or without a slash at the end.
 */
function leniently(path: string): string[] {
  const segments = isAscii.test(path) ? segmentsOf(path.toLowerCase()) : segmentsOf(path).map(folded);
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  return segments;
}

const isAscii = /^\p{ASCII}*$/u;

/** Capitals first: small letters that have the same capital are one to many programs. */
function folded(segment: string): string {
  return segment.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** What a look for one request may still take. */
export type Effort = { steps: number };

/**
 * Which templates a path fits that is read leniently, of whatever method: those that it fits strictly, and more.
 * @param path decoded
 * @param effort what is spent of it; below zero the list is not whole
 */
export function fitting(tree: Tree, path: string, effort: Effort): Leaf[] {
  const [exact, lenient] = [segmentsOf(path), leniently(path)];
  const found: Leaf[] = [];
  const at = (node: Node, i: number): void => {
    if (--effort.steps < 0) return;
    const segment = lenient[i];
    if (segment === undefined) {
      for (const leaf of node.ends ?? none) if (--effort.steps >= 0) found.push(leaf);
      return;
    }
    const literal = node.literals?.get(segment);
    if (literal) at(literal, i + 1);
    // Some programs leave space at the ends out.
    const trimmed = segment.trim();
    const bare = trimmed === segment ? undefined : node.literals?.get(trimmed);
    if (bare) at(bare, i + 1);
    if (segment === '') return;
    for (const mixed of node.mixed?.values() ?? none) {
      if (--effort.steps < 0) return;
      if (isFit(mixed, segment, exact[i] as string)) at(mixed.node, i + 1);
    }
    if (node.variable) at(node.variable, i + 1);
  };
  at(tree, 0);
  return found;
}

/** Folding a segment may join its literals with its values, so both readings count. */
function isFit(mixed: Mixed, lenient: string, exact: string): boolean {
  return (splitInto(mixed.lenient, lenient, false) ?? splitInto(mixed.exact, exact, false)) !== undefined;
}

const none: readonly never[] = [];

/** The values of a template in a path that is read strictly; undefined where it does not fit, or in more than one way. */
export function valuesIn({ segments }: Leaf, strict: readonly string[]): string[] | undefined {
  if (segments.length !== strict.length) return undefined;
  const values: string[] = [];
  for (const [i, segment] of segments.entries()) {
    const written = strict[i] as string;
    if (typeof segment === 'string') {
      if (segment !== written) return undefined;
    } else if (segment === undefined) {
      if (written === '') return undefined;
      values.push(written);
    } else {
      const split = splitInto(segment, written, true);
      if (!split) return undefined;
      values.push(...split);
    }
  }
  return values;
}
