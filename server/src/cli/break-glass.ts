import type { Context } from '../context.ts';
import { limits } from '../limits.ts';
import { requestOverride, runDueOverrides } from '../recovery/host-override.ts';
import { exitCodes, UsageError } from './frame.ts';
import { hostUser } from './host-user.ts';

export type BreakGlassOptions = { operator: string; reason: string; now?: boolean };

/**
 * Switches a root user's MFA off from the host, after a wait in which every address can stop it, or at once.
 * Prints when it is due.
 * @returns the exit code
 * @throws UsageError without a reason; Failure COM0404, MFA0005
 */
export async function breakGlassMfa(ctx: Context, options: BreakGlassOptions): Promise<number> {
  const reason = options.reason.trim().slice(0, 200);
  if (reason === '') throw new UsageError('--reason must say why.');
  const wait = options.now ? 0 : limits.hostOverride.wait;
  const dueAt = await requestOverride(ctx, { operatorId: options.operator, reason, hostUser: hostUser(), wait });
  if (options.now) await runDueOverrides(ctx);
  const due = new Date(dueAt).toISOString();
  process.stdout.write(`${JSON.stringify({ operatorId: options.operator, due, done: options.now ?? false })}\n`);
  return exitCodes.ok;
}
