import type { Loss } from '../audit/anchors.ts';
import { verifyChains } from '../audit/chain.ts';
import type { Context } from '../context.ts';
import { missingRecords } from '../restored/watch.ts';
import { exitCodes, type Output, print } from './frame.ts';

/** Checks every chain of the audit log and prints what is wrong; the exit code is 1 when anything is. */
export async function verifyAudit(ctx: Context, output: Output): Promise<number> {
  const { faults, losses, lines } = await auditTrouble(ctx);
  print(output, { faults, losses }, () => (lines.length === 0 ? 'The audit log is whole.' : lines.join('\n')));
  return lines.length === 0 ? exitCodes.ok : exitCodes.failure;
}

/** What is wrong with the chains, and what they lack of what was seen of them; a line for each. */
export async function auditTrouble(ctx: Context) {
  const faults = await verifyChains(ctx.db);
  const losses = await missingRecords(ctx);
  const name = (operatorId: string) => operatorId || '(no operator)';
  const lines = [
    ...faults.map(({ operatorId, kind, sequence }) => `${name(operatorId)}: ${kind} at record ${sequence}`),
    ...losses.map((loss) => `${name(loss.operatorId)}: ${sayLoss(loss)}`),
  ];
  return { faults, losses, lines };
}

function sayLoss({ sequence, missing }: Loss): string {
  if (missing === 0) return `record ${sequence} is another one than was seen before`;
  return `the last ${missing} of the ${sequence} records that were seen are missing`;
}
