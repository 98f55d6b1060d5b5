import {
  beginAuthenticatorApp,
  beginPasskey as beginPasskeyEndpoint,
  cancelMFA,
  challengePasskey,
  confirmAuthenticatorApp,
  confirmBackupCodesStored,
  enableMFA,
  enableUserMFA,
  listBackupCodeTries,
  listFactors,
  registerPasskey as registerPasskeyEndpoint,
  rehearseBackupCode,
  removeFactor as removeFactorEndpoint,
  renameFactor as renameFactorEndpoint,
  renewBackupCodes,
  revokeMFA,
  revokeUserMFA,
  verifyMFA,
  verifyUserMFA,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { permitted, rootOf, signedIn } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { findOperator } from '../operators/operators.ts';
import { samUserOf } from '../users/users.ts';
import { listTries } from './backup-code-tries.ts';
import { beginEnrolment, cancelEnrolment, confirmEnrolment, disableMfa, disableUserMfa } from './lifecycle.ts';
import {
  beginOtherApp,
  beginPasskey,
  challengeOwnPasskey,
  listOwnFactors,
  registerPasskey,
  removeFactor,
  renameFactor,
} from './own-factors.ts';
import { rehearseCode } from './rehearse-code.ts';
import { markCodesStored, renewCodes } from './renew-codes.ts';

/** MFA: its life and its backup codes. */
export function registerMfaRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, enableMFA, rootOf('operator_id'), async ({ caller, cause }) => {
    const operator = await findOperator(ctx.db, caller.operatorId);
    return { totpUri: await beginEnrolment(cause, caller, operator?.email ?? caller.operatorId) };
  });

  handle(app, verifyMFA, rootOf('operator_id'), async ({ caller, cause, body, reply }) => {
    const { codes, receipt } = await confirmEnrolment(cause, caller, body);
    sendReceipt(reply, receipt);
    if (!codes) throw new Error('an enrolment of a root user came without backup codes');
    return codes;
  });

  handle(app, revokeMFA, rootOf('operator_id'), async ({ caller, cause, body, reply }) => {
    sendReceipt(reply, await disableMfa(cause, caller, body.password));
    return undefined;
  });

  handle(app, cancelMFA, rootOf('operator_id'), async ({ caller, cause }) => {
    await cancelEnrolment(cause, caller);
    return undefined;
  });

  handle(app, renewBackupCodes, rootOf('operator_id'), async ({ caller, cause, body }) => {
    return await renewCodes(cause, caller, { ...body, askedFor: caller.sessionId });
  });

  handle(app, listBackupCodeTries, rootOf('operator_id'), async ({ caller }) => {
    return await listTries(ctx, caller.operatorId);
  });

  handle(app, rehearseBackupCode, rootOf('operator_id'), async ({ caller, cause, body }) => {
    return await rehearseCode(cause, caller, body.backupCode);
  });

  handle(app, confirmBackupCodesStored, rootOf('operator_id'), async ({ caller, cause }) => {
    await markCodesStored(cause, caller);
    return undefined;
  });

  registerUserMfaRoutes(app);
  registerOwnFactorRoutes(app);
}

/** MFA of SAM users: no backup codes, no mail; whoever the permissions allow helps (flow C). */
function registerUserMfaRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const targetOf = (params: { operator_id: string; user_name: string }) => samUserOf(ctx.db, params);

  handle(app, enableUserMFA, permitted('operator_id'), async ({ cause, params }) => {
    const target = await targetOf(params);
    const account = `${target.operatorId}/${target.userName}`;
    return { totpUri: await beginEnrolment(cause, target, account) };
  });

  handle(app, verifyUserMFA, permitted('operator_id'), async ({ cause, params, body, reply }) => {
    const { receipt } = await confirmEnrolment(cause, await targetOf(params), body);
    sendReceipt(reply, receipt);
    return undefined;
  });

  handle(app, revokeUserMFA, permitted('operator_id'), async ({ caller, cause, params, reply }) => {
    sendReceipt(reply, await disableUserMfa(cause, caller, await targetOf(params)));
    return undefined;
  });
}

/** Each person's own factors, one by one. */
function registerOwnFactorRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listFactors, signedIn, async ({ caller }) => await listOwnFactors(ctx, caller));

  handle(app, renameFactorEndpoint, signedIn, async ({ caller, cause, params, body }) => {
    await renameFactor(cause, caller, params.factor_id, body.label);
    return undefined;
  });

  handle(app, removeFactorEndpoint, signedIn, async ({ caller, cause, params, reply }) => {
    sendReceipt(reply, await removeFactor(cause, caller, params.factor_id));
    return undefined;
  });

  handle(app, beginPasskeyEndpoint, signedIn, async ({ caller, cause }) => {
    return { options: await beginPasskey(cause, caller) };
  });

  handle(app, registerPasskeyEndpoint, signedIn, async ({ caller, cause, body, reply }) => {
    const { receipt, ...registered } = await registerPasskey(cause, caller, body.passkey);
    sendReceipt(reply, receipt);
    return registered;
  });

  handle(app, challengePasskey, signedIn, async ({ caller, cause }) => {
    return { options: await challengeOwnPasskey(cause, caller) };
  });

  handle(app, beginAuthenticatorApp, signedIn, async ({ caller, cause }) => {
    return { totpUri: await beginOtherApp(cause, caller) };
  });

  handle(app, confirmAuthenticatorApp, signedIn, async ({ caller, cause, body, reply }) => {
    const { receipt } = await confirmEnrolment(cause, caller, body, 'beside');
    sendReceipt(reply, receipt);
    return undefined;
  });
}
