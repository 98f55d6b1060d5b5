import {
  cancelMFA,
  cancelMFARevokingToken,
  confirmBackupCodesStored,
  enableMFA,
  enableUserMFA,
  getMFAStatus,
  getUserMFAStatus,
  issueMFARevokingToken,
  renewBackupCodes,
  revokeMFA,
  revokeUserMFA,
  verifyMFA,
  verifyMFARevokingToken,
  verifyUserMFA,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { anyone, permitted, rootOf } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { findOperator } from '../operators/operators.ts';
import { cancelReset, requestReset } from '../recovery/by-mail.ts';
import { verifyReset } from '../recovery/finish-by-mail.ts';
import { samUserOf } from '../users/users.ts';
import { beginEnrolment, cancelEnrolment, confirmEnrolment, disableMfa, disableUserMfa } from './lifecycle.ts';
import { markCodesStored, renewCodes } from './renew-codes.ts';
import { describeMfa } from './status.ts';

/** The root user's MFA: its life, its backup codes, and the reset by mail. */
export function registerMfaRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, enableMFA, rootOf('operator_id'), async ({ caller, info }) => {
    const operator = await findOperator(ctx.db, caller.operatorId);
    return { totpUri: await beginEnrolment(ctx, info, caller, caller, operator?.email ?? caller.operatorId) };
  });

  handle(app, verifyMFA, rootOf('operator_id'), async ({ caller, info, body, reply }) => {
    const { backupCodes, receipt } = await confirmEnrolment(ctx, info, caller, caller, body.mfaOTPCode);
    sendReceipt(reply, receipt);
    return { backupCodes };
  });

  handle(app, getMFAStatus, permitted('operator_id'), async ({ caller }) => {
    return await describeMfa(ctx, caller.operatorId, rootId);
  });

  handle(
    app,
    revokeMFA,
    rootOf('operator_id'),
    async ({ caller, info, body, reply }) => {
      sendReceipt(reply, await disableMfa(ctx, info, caller, body.password));
      return undefined;
    },
    { untypedBody: true },
  );

  handle(app, cancelMFA, rootOf('operator_id'), async ({ caller, info }) => {
    await cancelEnrolment(ctx, info, caller);
    return undefined;
  });

  handle(app, renewBackupCodes, rootOf('operator_id'), async ({ caller, info, body }) => {
    return { backupCodes: await renewCodes(ctx, info, caller, body.mfaOTPCode) };
  });

  handle(app, confirmBackupCodesStored, rootOf('operator_id'), async ({ caller, info }) => {
    await markCodesStored(ctx, info, caller);
    return undefined;
  });

  registerResetRoutes(app);
  registerUserMfaRoutes(app);
}

function registerResetRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, issueMFARevokingToken, anyone, async ({ info, body }) => {
    await requestReset(ctx, info, body.email ?? '', body.password ?? '');
    return undefined;
  });

  handle(app, verifyMFARevokingToken, anyone, async ({ info, body, reply }) => {
    const { token = '', email = '', password = '', backupCode = '' } = body;
    sendReceipt(reply, await verifyReset(ctx, info, { token, email, password, backupCode }));
    return undefined;
  });

  handle(app, cancelMFARevokingToken, anyone, async ({ info, body }) => {
    if (!(await cancelReset(ctx, info, body.token))) throw new Failure('AUM0012');
    return undefined;
  });
}

/** MFA of SAM users: no backup codes, no mail; whoever the permissions allow helps (flow C). */
function registerUserMfaRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const targetOf = (params: { operator_id: string; user_name: string }) => samUserOf(ctx.db, params);

  handle(app, enableUserMFA, permitted('operator_id'), async ({ caller, info, params }) => {
    const target = await targetOf(params);
    const account = `${target.operatorId}/${target.userName}`;
    return { totpUri: await beginEnrolment(ctx, info, caller, target, account) };
  });

  handle(app, verifyUserMFA, permitted('operator_id'), async ({ caller, info, params, body, reply }) => {
    const { receipt } = await confirmEnrolment(ctx, info, caller, await targetOf(params), body.mfaOTPCode);
    sendReceipt(reply, receipt);
    return undefined;
  });

  handle(app, getUserMFAStatus, permitted('operator_id'), async ({ params }) => {
    const { operatorId, userId } = await targetOf(params);
    return await describeMfa(ctx, operatorId, userId);
  });

  handle(app, revokeUserMFA, permitted('operator_id'), async ({ caller, info, params, reply }) => {
    sendReceipt(reply, await disableUserMfa(ctx, info, caller, await targetOf(params)));
    return undefined;
  });
}
