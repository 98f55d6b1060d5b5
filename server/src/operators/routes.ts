import {
  createFirstOperator as createFirstOperatorEndpoint,
  createOperator,
  deleteEmail as deleteEmailEndpoint,
  deleteSystemNotification,
  getEmail as getEmailEndpoint,
  getOperator,
  getSettings,
  getSetup,
  getSystemNotification,
  issueAddEmailToken,
  listEmails as listEmailsEndpoint,
  listSystemNotifications,
  setSystemNotification,
  updateOperatorPassword,
  updateSettings,
  verifyAddEmailToken,
  verifyOperator,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { assertNoFlood } from '../attempts/windows.ts';
import { auditedChange } from '../change/audited.ts';
import { Failure } from '../failure.ts';
import { anyone, permitted, rootOf } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { proveOwnPassword } from '../users/password.ts';
import { assertAcceptable } from '../users/password-policy.ts';
import { parseEmail } from './email.ts';
import { deleteEmail, getEmail, listEmails, requestEmail, verifyEmail } from './emails.ts';
import { findOperator } from './operators.ts';
import { changePassword } from './password-change.ts';
import { readSettings, writeSettings } from './settings.ts';
import { assertSetupToken, createFirstOperator, isSetupDone } from './setup.ts';
import { finishSignUp, requestSignUp } from './sign-up.ts';
import { clearNotification, getNotification, listNotifications, setNotification } from './system-notifications.ts';

/** Operators: reading one, the root user's password, setup and sign-up. */
export function registerOperatorRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getOperator, permitted('operator_id'), async ({ caller }) => {
    const operator = await findOperator(ctx.db, caller.operatorId);
    if (!operator) throw new Failure('COM0404');
    return {
      operatorId: operator.operator_id,
      rootOperatorId: operator.operator_id,
      email: operator.email,
      description: operator.description,
      createDate: new Date(operator.created_at).toISOString(),
      updateDate: new Date(operator.updated_at).toISOString(),
    };
  });

  handle(app, updateOperatorPassword, rootOf('operator_id'), async ({ caller, info, body, reply }) => {
    sendReceipt(reply, await changePassword(ctx, info, caller, body.currentPassword, body.newPassword));
    return undefined;
  });

  handle(app, getSetup, anyone, async () => ({
    setupDone: await isSetupDone(ctx.db),
    signUp: ctx.config.signUp,
    passwordMinLength: ctx.config.passwordMinLength,
    mailPreview: ctx.config.smtpUrl === undefined,
  }));

  handle(app, createFirstOperatorEndpoint, anyone, async ({ info, body }) => {
    const { token, email, password, language } = body;
    await assertSetupToken(ctx.db, token, ctx.now());
    if (!parseEmail(email)) throw new Failure('COM0008', { field: 'email' });
    await assertAcceptable(ctx, password, [email]);
    const passwordHash = await ctx.hasher.hash(password);
    return { operatorId: await createFirstOperator(ctx, info, { token, email, passwordHash, language }) };
  });

  handle(app, createOperator, anyone, async ({ info, body }) => {
    if (ctx.config.signUp !== 'open') throw new Failure('AUM0014');
    const address = parseEmail(body.email);
    if (!address) throw new Failure('COM0008', { field: 'email' });
    await assertNoFlood(ctx, 'sign_up.requests', info.sourceIp);
    await assertAcceptable(ctx, body.password, [address.email]);
    const passwordHash = await ctx.hasher.hash(body.password);
    await requestSignUp(ctx, { info, address, passwordHash, language: body.language ?? info.language });
    return undefined;
  });

  handle(app, verifyOperator, anyone, async ({ info, body }) => {
    if (ctx.config.signUp !== 'open') throw new Failure('AUM0014');
    return { operatorId: await finishSignUp(ctx, info, body.token) };
  });

  registerSettingsRoutes(app);
  registerEmailRoutes(app);
  registerNotificationRoutes(app);
}

function registerSettingsRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getSettings, permitted('operator_id'), async ({ params }) => readSettings(ctx.db, params.operator_id));

  handle(app, updateSettings, rootOf('operator_id'), async ({ caller, info, body }) => {
    const change = { actor: caller, target: 'settings', statusCode: 204 };
    await auditedChange(ctx, info, change, (db) => writeSettings(db, ctx, caller.operatorId, body));
    return undefined;
  });
}

function registerEmailRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, issueAddEmailToken, rootOf(), async ({ caller, info, body }) => {
    await proveOwnPassword(ctx, info, caller, body.password);
    await requestEmail(ctx, info, caller, body.email);
    return undefined;
  });

  handle(app, verifyAddEmailToken, anyone, async ({ info, body }) => {
    await verifyEmail(ctx, info, body.token);
    return undefined;
  });

  handle(app, listEmailsEndpoint, rootOf('operator_id'), async ({ caller }) => listEmails(ctx.db, caller.operatorId));

  handle(app, getEmailEndpoint, rootOf('operator_id'), async ({ caller, params }) => {
    return await getEmail(ctx.db, caller.operatorId, params.email_id);
  });

  handle(app, deleteEmailEndpoint, rootOf('operator_id'), async ({ caller, info, params }) => {
    await deleteEmail(ctx, info, caller, params.email_id);
    return undefined;
  });
}

function registerNotificationRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listSystemNotifications, rootOf('operator_id'), async ({ caller }) => {
    return await listNotifications(ctx.db, caller.operatorId);
  });

  handle(app, getSystemNotification, rootOf('operator_id'), async ({ caller, params }) => {
    return await getNotification(ctx.db, caller.operatorId, String(params.type));
  });

  handle(app, setSystemNotification, rootOf('operator_id'), async ({ caller, info, params, body }) => {
    const type = String(params.type);
    if (type === 'primary') await proveOwnPassword(ctx, info, caller, body.password ?? '');
    await setNotification(ctx, info, caller, type, body.emailIdList);
    return await getNotification(ctx.db, caller.operatorId, type);
  });

  handle(app, deleteSystemNotification, rootOf('operator_id'), async ({ caller, info, params }) => {
    await clearNotification(ctx, info, caller, String(params.type));
    return undefined;
  });
}
