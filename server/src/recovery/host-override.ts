import { changeUser, describe, notify, type UserChange } from '../change/change.ts';
import type { Context } from '../context.ts';
import { type RecoveryCases, rootId } from '../db/schema.ts';
import { removeMfa } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { stampMfaReset } from '../users/credentials.ts';
import { casesThatCanHappen, causeOfHost, finishCase, openCase } from './cases.ts';

export type OverrideRequest = {
  readonly operatorId: string;
  readonly reason: string;
  /** Name of the host's user, for the audit log. */
  readonly hostUser: string;
  /** Milliseconds to wait before it happens. */
  readonly wait: number;
};

/**
 * Asks for the root user's MFA to be switched off by the host: the way back when device and backup codes are both
 * lost (R46). Every address is told at once and can stop it until it happened.
 * @returns when it is due
 * @throws Failure COM0404 no such operator, MFA0005 when MFA is not active
 */
export async function requestOverride(ctx: Context, request: OverrideRequest): Promise<number> {
  const { operatorId, reason, hostUser, wait } = request;
  return await changeUser(causeOfHost(ctx, hostUser), { operatorId, userId: rootId }, async (c) => {
    const { mfa_id } = c.user.row;
    if (mfa_id === null) throw new Failure('MFA0005');
    const dueAt = c.now + wait;
    const opened = { kind: 'host', mfa_id, due_at: dueAt, host_user: hostUser, reason } as const;
    const { caseId, stopLink } = await openCase(c, opened);
    notify(c, 'host_override_requested', { cancelLink: stopLink, reason, dueAt });
    describe(c, { reason, detail: { case: caseId, reason } });
    return dueAt;
  });
}

/** Does what is due and was not stopped; returns how many. Any number of servers may run it. */
export async function runDueOverrides(ctx: Context): Promise<number> {
  const due = await casesThatCanHappen(ctx.db).where('kind', '=', 'host').where('due_at', '<=', ctx.now()).execute();
  for (const row of due) await finishOverride(ctx, row);
  return due.length;
}

async function finishOverride(ctx: Context, row: RecoveryCases): Promise<void> {
  const { operator_id: operatorId, user_id: userId, host_user: hostUser } = row;
  await changeUser(causeOfHost(ctx, hostUser), { operatorId, userId }, (c) => override(c, row)).catch(ignoreOver);
}

async function override(c: UserChange, row: RecoveryCases): Promise<void> {
  // SECURITY: an MFA that was enabled later is not what the host spoke of.
  const same = c.user.row.mfa_id === row.mfa_id;
  if (!same || !(await finishCase(c, row.case_id))) throw new Failure('MFA0005');
  await removeMfa(c);
  await stampMfaReset(c);
  notify(c, 'host_override_done', { reason: row.reason });
  describe(c, { reason: 'done', detail: { case: row.case_id, reason: row.reason } });
}

/** Another server did it, or its owner stopped it, between the look and the lock. */
function ignoreOver(error: unknown): void {
  if (!(error instanceof Failure && ['MFA0005', 'COM0404'].includes(error.code))) throw error;
}
