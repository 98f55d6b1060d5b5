import type { Range, Statement } from './ast.ts';

/** A change of a text: `length` code units from `offset` on are replaced by `insert`. */
export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly insert: string;
}

/** The text with one change made. */
export function applyEdit(text: string, { offset, length, insert }: Edit): string {
  return text.slice(0, offset) + insert + text.slice(offset + length);
}

/** Takes item `index` and one comma out of a JSON array; null when it is the only item. */
export function removeItem(items: readonly Range[], index: number): Edit | null {
  const item = items[index] as Range;
  const next = items[index + 1];
  if (next !== undefined) return { offset: item.start, length: next.start - item.start, insert: '' };
  const previous = items[index - 1];
  if (previous === undefined) return null;
  return { offset: previous.end, length: item.end - previous.end, insert: '' };
}

/** Gives a statement without a condition the condition `condition` (no double quotes or backslashes in it). */
export function addCondition(text: string, { end }: Statement, condition: string): Edit {
  const offset = text.slice(0, end - 1).trimEnd().length;
  return { offset, length: 0, insert: `, "condition": "${condition}"` };
}
