import { verifyChains } from '../audit/chain.ts';
import type { Context } from '../context.ts';

/** Checks every chain of the audit log and prints what is wrong; the exit code is 1 when anything is. */
export async function verifyAudit(ctx: Context): Promise<number> {
  const faults = await verifyChains(ctx.db);
  for (const fault of faults) {
    process.stdout.write(`${fault.operatorId || '(no operator)'}: ${fault.kind} at record ${fault.sequence}\n`);
  }
  if (faults.length === 0) process.stdout.write('The audit log is whole.\n');
  return faults.length === 0 ? 0 : 1;
}
