import type { Spread } from './statistics.ts';

/** What a scenario found: a heading, sentences about the conditions, rows whose first is the header. */
export type Section = {
  readonly title: string;
  readonly notes: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** A section as Markdown, its columns padded so that it can be read in a terminal too. */
export function renderSection({ title, notes, rows }: Section): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(3, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) => `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`;
  const [header = [], ...body] = rows;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [`## ${title}`, '', ...notes, '', line(header), rule, ...body.map(line), ''].join('\n');
}

/** `0.61 (0.58–0.63)`, with three figures. */
export function showSpread({ median, min, max }: Spread, show: (value: number) => string = figures): string {
  return `${show(median)} (${show(min)}–${show(max)})`;
}

/** Three figures that count, no exponent. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
