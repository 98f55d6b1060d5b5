/**
 * Every bound of the language in one place. Source: the limits of the permission language page
 * and the `policy` row of the security sheet.
 *
 * Where a bound needed a unit that the page leaves open:
 * - lengths of patterns and of texts are UTF-16 code units, sizes in bytes are UTF-8;
 * - depth counts the nesting of parentheses, `not`, argument lists and `in` lists;
 * - nodes counts every literal, name, call, list and operator of one condition (parentheses are free);
 * - a step is one node evaluated, or 64 characters that a `like` looks at. One condition costs at most
 *   500 + 157 × (2,048 ÷ 64) < 10,000 steps (2 KiB hold at most 157 `like`), so the bound holds for every
 *   condition that can be saved, and needs no counter while deciding (a test computes it).
 */
export const LIMITS = {
  documentBytes: 32 * 1024,
  statements: 100,
  patterns: 100,
  patternLength: 128,
  /** Principals of one statement of a trust policy. */
  principals: 100,
  conditionBytes: 2 * 1024,
  depth: 32,
  nodes: 500,
  list: 100,
  /** A longer text in a request (path, variable, parameter) makes the condition that reads it fail. */
  textLength: 2048,
  evaluationSteps: 10_000,
  /** Brackets inside brackets in the JSON text; a right document needs four. */
  jsonDepth: 16,
  /** Problems reported for one text; the rest would only repeat the first. */
  problems: 20,
  /** Findings of one `check`. */
  findings: 50,
  /** Patterns that one `check` compares with names or with each other; past it, only cheap lints go on. */
  lintSteps: 60_000,
  /** Work of finding out whether conditions mean the caller itself, in one `check`. */
  ownSteps: 100_000,
  /** Names that one look for misspelled patterns compares with. */
  spellingSteps: 200_000,
  /** Work of one comparison of what documents allow; see `Budget`. */
  compareSteps: 300_000,
  /** Memory of the plans (one per operation name) that one decider keeps, in words of 8 bytes. */
  planWords: 64_000,
} as const;

/**
 * Number of bytes that `text` takes in UTF-8 when that is more than `limit`, else 0
 * (each half of a surrogate pair counts two). Looks at no more than `limit` code units.
 */
export function bytesAbove(limit: number, text: string): number {
  if (text.length * 3 <= limit) return 0;
  if (text.length > limit) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes > limit ? bytes : 0;
}
