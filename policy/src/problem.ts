import { LIMITS } from './limits.ts';
import type { Code } from './messages.ts';

/** What a text is refused for, or a finding of the lint. `params` fill the message of `code`. */
export interface Problem {
  readonly code: Code;
  /** 1-based; lines end with LF, CR LF or CR. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** 0-based, in UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** In UTF-16 code units; 0 when something is missing at `offset`. */
  readonly length: number;
  /** The offending text as written, at most 80 code units of it. */
  readonly text: string;
  readonly params: Params;
}

/** Lists are joined with "or" in the language of the message; known words of the language page are translated. */
export type Params = Readonly<Record<string, string | number | readonly string[]>>;

/** A problem before its line and column are known. */
export interface Finding {
  readonly code: Code;
  readonly start: number;
  readonly end: number;
  readonly params: Params;
}

/** Thrown inside the parsers to stop at a syntax error; never leaves the library. */
export class Refusal extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.code);
    this.finding = finding;
  }
}

/** Runs `read`; where it refuses, the finding is added and undefined returned. Other errors are bugs and go on. */
export function stopAtRefusal<T>(findings: Finding[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    findings.push(error.finding);
    return undefined;
  }
}

/** A finding at `[start, end)`. */
export function finding(code: Code, start: number, end: number, params: Params = {}): Finding {
  return { code, start, end, params };
}

// SECURITY: looking for near names costs more than reading; a text full of mistakes must not buy it for each of them.
/** Whether enough was found to stop looking. */
export function isFull(findings: readonly Finding[]): boolean {
  return findings.length >= LIMITS.problems;
}

const SHOWN = 80;

/** Gives each finding its line, column and offending text. Linear in `text` up to the last finding. */
export function locate(text: string, findings: readonly Finding[]): Problem[] {
  const starts = lineStarts(text, Math.max(0, ...findings.map(({ start }) => start)));
  return findings.map(({ code, start, end, params }) => {
    const line = lineOf(starts, start);
    const column = start - (starts[line - 1] as number) + 1;
    const shown = text.slice(start, Math.min(end, start + SHOWN));
    return { code, line, column, offset: start, length: end - start, text: shown, params };
  });
}

function lineStarts(text: string, last: number): number[] {
  const starts = [0];
  for (let i = 0; i < last; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
