import {
  cancelMFARevokingToken,
  getMFAStatus,
  issueMFARevokingToken,
  issuePasswordResetToken,
  lockAccount,
  stopMFAReset,
  verifyMFARevokingToken,
  verifyPasswordResetToken,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { rootId } from '../db/schema.ts';
import { describeMfa } from '../factors/status.ts';
import { anyone, permitted, rootOf } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { requestReset } from './by-mail.ts';
import { pendingCase, stopAsRoot, stopByLink } from './cases.ts';
import { verifyReset } from './finish-by-mail.ts';
import { lockByLink } from './lock.ts';
import { requestPasswordReset, resetPassword } from './password-reset.ts';

/** Ways back in by mail, what is pending of them, and how it is stopped. */
export function registerRecoveryRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, issuePasswordResetToken, anyone, async ({ cause, body }) => {
    await requestPasswordReset(cause, body.email);
    return undefined;
  });

  handle(app, verifyPasswordResetToken, anyone, async ({ cause, body, reply }) => {
    sendReceipt(reply, await resetPassword(cause, body.token, body.password));
    return undefined;
  });

  handle(app, issueMFARevokingToken, anyone, async ({ cause, body }) => {
    await requestReset(cause, body.email ?? '', body.password ?? '');
    return undefined;
  });

  handle(app, verifyMFARevokingToken, anyone, async ({ cause, body, reply }) => {
    const { token = '', email = '', password = '', backupCode = '' } = body;
    sendReceipt(reply, await verifyReset(cause, { token, email, password, backupCode }));
    return undefined;
  });

  handle(app, cancelMFARevokingToken, anyone, async ({ cause, body }) => {
    await stopByLink(cause, body.token);
    return undefined;
  });

  handle(app, lockAccount, anyone, async ({ cause, body, reply }) => {
    sendReceipt(reply, await lockByLink(cause, body.token));
    return undefined;
  });

  handle(app, stopMFAReset, rootOf('operator_id'), async ({ caller, cause }) => {
    await stopAsRoot(cause, caller.operatorId);
    return undefined;
  });

  handle(app, getMFAStatus, permitted('operator_id'), async ({ caller: { operatorId } }) => {
    const pending = await pendingCase(ctx.db, ctx.now(), { operatorId, userId: rootId });
    return {
      ...(await describeMfa(ctx, operatorId, rootId)),
      ...(pending && { pendingReset: { kind: pending.kind, askedAt: pending.asked_at, dueAt: pending.due_at } }),
    };
  });
}
