/**
 * Patterns: `*` is any run of characters (also none), everything else is itself, case-sensitive.
 * No regular expression is built; middle parts are searched by Knuth-Morris-Pratt, so a match takes
 * time linear in pattern + text whatever both contain.
 */
export interface Glob {
  readonly text: string;
  /** The pattern split at each `*`; one part means no `*`. */
  readonly parts: readonly string[];
  /** For each part the lengths of its borders (Knuth-Morris-Pratt). */
  readonly borders: readonly (readonly number[])[];
}

/** Prepares `text` for many matches. */
export function glob(text: string): Glob {
  const parts = text.split('*');
  return { text, parts, borders: parts.map(bordersOf) };
}

/**
 * Whether the pattern matches the whole of `text`. Of a pattern read as a text it is whether all that the other matches
 * is matched: exact, since a `*` of the other can only be taken by a `*`, as no other part of a pattern contains one.
 */
export function matches({ text: pattern, parts, borders }: Glob, text: string): boolean {
  if (parts.length === 1) return pattern === text;
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const inner = text.slice(0, end);
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    at = findEnd(parts[i] as string, borders[i] as readonly number[], inner, at);
    if (at < 0) return false;
  }
  return true;
}

/** Matches once, without preparing: for making a plan, where most patterns end in their only `*` or have none. */
export function matchesPattern(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === name;
  for (let i = 0; i < star; i++) if (pattern.charCodeAt(i) !== name.charCodeAt(i)) return false;
  return star === pattern.length - 1 || matches(glob(pattern), name);
}

/** Offset just past the first occurrence of `part` in `text` after `from`, or -1. */
function findEnd(part: string, borders: readonly number[], text: string, from: number): number {
  if (part === '') return from;
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = borders[matched - 1] as number;
    if (part.charCodeAt(matched) === unit) matched++;
    if (matched === part.length) return at + 1;
  }
  return -1;
}

// SECURITY: a naive search of 'aaa…b' in 'aaaa…' is quadratic; the borders make it linear (KMP).
/** Most parts are that short, and a pattern may have a hundred of them. */
const NO_BORDERS: readonly number[] = [0];

function bordersOf(part: string): readonly number[] {
  if (part.length < 2) return NO_BORDERS;
  const borders = [0];
  let length = 0;
  for (let i = 1; i < part.length; i++) {
    while (length > 0 && part.charCodeAt(i) !== part.charCodeAt(length)) length = borders[length - 1] as number;
    if (part.charCodeAt(i) === part.charCodeAt(length)) length++;
    borders.push(length);
  }
  return borders;
}

/** Whether some text is matched by both. Exact: with a `*` on both sides only the outer parts can conflict. */
export function overlaps(a: string, b: string): boolean {
  if (!a.includes('*')) return matchesPattern(b, a);
  if (!b.includes('*')) return matchesPattern(a, b);
  const [headA, headB] = [a.slice(0, a.indexOf('*')), b.slice(0, b.indexOf('*'))];
  const [tailA, tailB] = [a.slice(a.lastIndexOf('*') + 1), b.slice(b.lastIndexOf('*') + 1)];
  return (headA.startsWith(headB) || headB.startsWith(headA)) && (tailA.endsWith(tailB) || tailB.endsWith(tailA));
}
