import {
  approveUserMFAReset,
  cancelMFARevokingToken,
  finishUserMFAReset,
  getMFAStatus,
  getUserMFAStatus,
  issueMFARevokingToken,
  issuePasswordResetToken,
  lockAccount,
  startUserMFAReset,
  stopMFAReset,
  stopUserMFAReset,
  verifyMFARevokingToken,
  verifyPasswordResetToken,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { rootId } from '../db/schema.ts';
import { describeMfa } from '../factors/status.ts';
import { anyone, permitted, rootOf, signedInTo } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { quarantineOf } from '../operators/settings.ts';
import { findSamUser } from '../users/users.ts';
import { approveAssisted, startAssisted, stopAssisted } from './assisted.ts';
import { describeCase, standingCase } from './assisted-case.ts';
import { requestReset } from './by-mail.ts';
import { pendingCase, stopAsRoot, stopByLink } from './cases.ts';
import { finishAssisted } from './finish-assisted.ts';
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
    const { kind, asked_at: askedAt, due_at: dueAt } = pending ?? {};
    const asked = (kind === 'mail' || kind === 'host') && askedAt !== undefined && dueAt !== undefined;
    return {
      ...(await describeMfa(ctx, operatorId, rootId)),
      ...(asked && { pendingReset: { kind, askedAt, dueAt } }),
    };
  });

  registerAssistedRoutes(app);
}

/** The reset of a SAM user with the help of somebody else. */
function registerAssistedRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const guard = permitted('operator_id');

  handle(app, startUserMFAReset, guard, async ({ caller, cause, params, body }) =>
    startAssisted(cause, caller, params, body),
  );

  handle(app, approveUserMFAReset, guard, async ({ caller, cause, params, body }) => {
    await approveAssisted(cause, caller, params, body.caseId);
    return undefined;
  });

  handle(app, stopUserMFAReset, signedInTo('operator_id'), async ({ caller, cause, params }) => {
    await stopAssisted(cause, caller, params);
    return undefined;
  });

  handle(app, finishUserMFAReset, anyone, async ({ cause, body, reply }) => {
    sendReceipt(reply, await finishAssisted(cause, body));
    return undefined;
  });

  handle(app, getUserMFAStatus, guard, async ({ params }) => {
    const user = await findSamUser(ctx.db, params.operator_id, params.user_name);
    const { operator_id: operatorId, user_id: userId } = user;
    const pending = await standingCase(ctx.db, ctx.now(), { operatorId, userId });
    const until = await quarantineOf(ctx, user);
    return {
      ...(await describeMfa(ctx, operatorId, userId)),
      ...(pending && { pendingReset: await describeCase(ctx.db, pending) }),
      ...(until !== undefined && { quarantinedUntil: until }),
    };
  });
}
