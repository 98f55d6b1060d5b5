import { verifyChains } from '../audit/chain.ts';
import type { Context } from '../context.ts';
import { exitCodes, type Output, print } from './frame.ts';

/** Checks every chain of the audit log and prints what is wrong; the exit code is 1 when anything is. */
export async function verifyAudit(ctx: Context, output: Output): Promise<number> {
  const faults = await verifyChains(ctx.db);
  const lines = faults.map(
    ({ operatorId, kind, sequence }) => `${operatorId || '(no operator)'}: ${kind} at record ${sequence}`,
  );
  print(output, { faults }, () => (faults.length === 0 ? 'The audit log is whole.' : lines.join('\n')));
  return faults.length === 0 ? exitCodes.ok : exitCodes.failure;
}
