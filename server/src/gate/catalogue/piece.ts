/** A segment of a path template that has literals beside its variables, such as `{name}.json`. */
export type Piece = {
  /** The template with empty names. */
  readonly text: string;
  /** Before, between and after the variables. */
  readonly literals: readonly string[];
  /** How literal it is: first by the characters at its beginning, then by all of them. */
  readonly weight: number;
};

/** Who may describe an API may choose what is looked for in what; a longer segment is no name of anything. */
const longest = 256;

/** No path is longer. */
const perBeginning = 10_000;

export function pieceOf(segment: string): Piece {
  const literals = segment.split(/\{[^{}]*\}/);
  const [first = ''] = literals;
  return { text: literals.join('{}'), literals, weight: first.length * perBeginning + literals.join('').length };
}

/**
 * The values of the variables in a segment; undefined when it does not fit. Looked for in one pass, as a pattern that
 * goes back and forth takes time beyond measure.
 * SECURITY: a segment that fits in more than one way is another call to a program that takes another one: strictly it
 * does not fit.
 */
export function splitInto({ literals }: Piece, segment: string, strict: boolean): readonly string[] | undefined {
  if (segment.length > longest) return strict ? undefined : [];
  const first = literals[0] as string;
  const last = literals.at(-1) as string;
  if (!segment.startsWith(first) || !segment.endsWith(last)) return undefined;
  const inner = literals.slice(1, -1);
  const end = segment.length - last.length;
  // Some programs take an empty value for one.
  const least = strict ? 1 : 0;
  const values: string[] = [];
  let from = first.length;
  for (const literal of inner) {
    const at = segment.indexOf(literal, from + least);
    if (at === -1 || at + literal.length + least > end) return undefined;
    values.push(segment.slice(from, at));
    from = at + literal.length;
  }
  if (from + least > end) return undefined;
  values.push(segment.slice(from, end));
  return strict && !isOnlyWay(inner, segment.slice(first.length, end), values) ? undefined : values;
}

/** Whether the last place of each literal is the first one too. */
function isOnlyWay(inner: readonly string[], between: string, values: readonly string[]): boolean {
  let end = between.length;
  for (let i = inner.length - 1; i >= 0; i--) {
    const literal = inner[i] as string;
    const value = values[i + 1] as string;
    const at = between.lastIndexOf(literal, end - 1 - literal.length);
    if (at !== end - value.length - literal.length) return false;
    end = at;
  }
  return true;
}
