import type { ChainFault } from '../audit/chain.ts';
import { noOperator } from '../audit/record.ts';
import { UsageError } from './frame.ts';

/** The chain that the options of a command choose; undefined for all of them. */
export function chainOf({ operator, host }: { operator?: string; host?: boolean }): string | undefined {
  if (operator !== undefined && host) throw new UsageError('--operator and --host: choose one.');
  return host ? noOperator : operator;
}

/** Milliseconds. @throws UsageError that names the option */
export function instant(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`${name}: write a time such as 2026-11-29 or 2026-11-29T15:00:00Z.`);
  return at;
}

/** A chain as a person calls it. */
export function nameOf(operatorId: string): string {
  return operatorId || '(no operator)';
}

/** What is wrong with a chain. */
export function sayFault({ operatorId, kind, sequence }: ChainFault): string {
  const what =
    kind === 'pruned'
      ? `the records up to ${sequence} are gone, and no record says who removed them`
      : `${kind} at record ${sequence}`;
  return `${nameOf(operatorId)}: ${what}`;
}
