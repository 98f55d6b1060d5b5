import { CALL, OPERATIONS } from '../../policy/bench/shapes.ts';

/** Something whose rate is measured in a process of its own. */
export type Subject = {
  /** One piece of work; `i` chooses which. The answer is counted, so that no decision can be left out as unused. */
  readonly run: (i: number) => boolean;
  /** How often it runs before its rate is taken; what is made at first use must be made by then. */
  readonly warmUp?: number;
  /** Whether each of the operations is allowed, to be compared with what the others say. */
  readonly answers?: () => readonly boolean[];
};

export const calls = OPERATIONS.map((api) => ({ ...CALL, api }));

/** A fixed walk through calls in an order no cache likes. */
export function scattered(i: number): number {
  return Math.imul(i, 2654435761) >>> 8;
}

/** The operations that a pattern such as `T0:get*` means. */
export function expand(pattern: string): string[] {
  const start = pattern.replace(/\*$/, '');
  return OPERATIONS.filter((name) => (pattern.endsWith('*') ? name.startsWith(start) : name === pattern));
}

export type Statement = {
  readonly effect: 'allow' | 'deny';
  readonly api: readonly string[];
  readonly condition?: string;
};

/** The statements of a permission's text. */
export function statementsOf(text: string): readonly Statement[] {
  return (JSON.parse(text) as { statements: Statement[] }).statements;
}
