import {
  createFirstOperator as createFirstOperatorEndpoint,
  createOperator,
  deleteEmail as deleteEmailEndpoint,
  deleteOwnEmail,
  deleteSystemNotification,
  deleteUserEmail,
  getEmail as getEmailEndpoint,
  getOperator,
  getOwnEmail,
  getServerState,
  getSettings,
  getSetup,
  getSystemNotification,
  getUserEmail,
  issueAddEmailToken,
  listEmails as listEmailsEndpoint,
  listSystemNotifications,
  resendAddEmailToken,
  sendTestMail as sendTestMailEndpoint,
  setSystemNotification,
  updateOperatorPassword,
  updateOwnEmail,
  updateSettings,
  updateUserEmail,
  verifyAddEmailToken,
  verifyOperator,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { assertNoFlood } from '../attempts/windows.ts';
import { Failure } from '../failure.ts';
import { anyone, permitted, rootOf, signedIn } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { parseEmail } from '../mail/address.ts';
import { assertAcceptable } from '../users/password-policy.ts';
import { type SamUser, samUserOf } from '../users/users.ts';
import { deleteEmail, getEmail, listEmails, requestEmail, resendLink, verifyEmail } from './emails.ts';
import { describeOperator } from './operators.ts';
import { changePassword } from './password-change.ts';
import { sendTestMail, serverStateFor } from './server-state.ts';
import { readSettings, writeSettings } from './settings.ts';
import { createFirstOperator, isSetupDone } from './setup.ts';
import { finishSignUp, requestSignUp } from './sign-up.ts';
import { clearNotification, getNotification, listNotifications, setNotification } from './system-notifications.ts';
import { describeUserEmail, removeUserEmail, setUserEmail } from './user-email.ts';

/** Operators: reading one, the root user's password, setup and sign-up. */
export function registerOperatorRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getOperator, permitted('operator_id'), async ({ params }) => {
    return await describeOperator(ctx.db, params.operator_id);
  });

  handle(app, updateOperatorPassword, rootOf('operator_id'), async ({ cause, params, body, reply }) => {
    sendReceipt(reply, await changePassword(cause, params.operator_id, body));
    return undefined;
  });

  handle(app, getSetup, anyone, async () => ({
    setupDone: await isSetupDone(ctx.db),
    signUp: ctx.config.signUp,
    passwordMinLength: ctx.config.passwordMinLength,
    mailPreview: ctx.config.mailPreview,
    command: ctx.config.command,
  }));

  handle(app, createFirstOperatorEndpoint, anyone, async ({ cause, body }) => {
    return { operatorId: await createFirstOperator(cause, body) };
  });

  handle(app, createOperator, anyone, async ({ cause, info, body }) => {
    if (ctx.config.signUp !== 'open') throw new Failure('AUM0014');
    const address = parseEmail(body.email);
    if (!address) throw new Failure('COM0008', { field: 'email' });
    await assertNoFlood(ctx, 'sign_up.requests', info.sourceIp);
    await assertAcceptable(ctx, body.password, [address.email]);
    const passwordHash = await ctx.hasher.hash(body.password, 'strange');
    await requestSignUp(cause, { address, passwordHash, language: body.language ?? info.language });
    return undefined;
  });

  handle(app, verifyOperator, anyone, async ({ cause, body }) => {
    if (ctx.config.signUp !== 'open') throw new Failure('AUM0014');
    return { operatorId: await finishSignUp(cause, body.token) };
  });

  registerSettingsRoutes(app);
  registerServerRoutes(app);
  registerEmailRoutes(app);
  registerUserEmailRoutes(app);
  registerNotificationRoutes(app);
}

function registerSettingsRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getSettings, permitted('operator_id'), async ({ params }) => readSettings(ctx.db, params.operator_id));

  handle(app, updateSettings, rootOf('operator_id'), async ({ cause, params, body }) => {
    await writeSettings(cause, params.operator_id, body);
    return undefined;
  });
}

function registerServerRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getServerState, rootOf('operator_id'), async ({ params }) => serverStateFor(ctx, params.operator_id));

  handle(app, sendTestMailEndpoint, rootOf('operator_id'), async ({ cause, params, body }) => {
    return await sendTestMail(cause, params.operator_id, body.emailId);
  });
}

function registerEmailRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, issueAddEmailToken, rootOf(), async ({ caller, cause, body }) => {
    await requestEmail(cause, caller.operatorId, body);
    return undefined;
  });

  handle(app, verifyAddEmailToken, anyone, async ({ cause, body }) => {
    await verifyEmail(cause, body.token);
    return undefined;
  });

  handle(app, listEmailsEndpoint, rootOf('operator_id'), async ({ caller }) => listEmails(ctx.db, caller.operatorId));

  handle(app, getEmailEndpoint, rootOf('operator_id'), async ({ caller, params }) => {
    return await getEmail(ctx.db, caller.operatorId, params.email_id);
  });

  handle(app, resendAddEmailToken, rootOf('operator_id'), async ({ cause, params }) => {
    await resendLink(cause, params.operator_id, params.email_id);
    return undefined;
  });

  handle(app, deleteEmailEndpoint, rootOf('operator_id'), async ({ cause, params }) => {
    await deleteEmail(cause, params.operator_id, params.email_id);
    return undefined;
  });
}

/** The address of a SAM user: its own business, and that of whoever the permissions let. */
function registerUserEmailRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const guard = permitted('operator_id');

  handle(app, getUserEmail, guard, async ({ params }) => describeUserEmail(ctx.db, await samUserOf(ctx.db, params)));

  handle(app, updateUserEmail, guard, async ({ cause, params, body }) => {
    await setUserEmail(cause, params, body.email);
    return undefined;
  });

  handle(app, deleteUserEmail, guard, async ({ cause, params }) => {
    await removeUserEmail(cause, params);
    return undefined;
  });

  handle(app, getOwnEmail, signedIn, async ({ caller }) => describeUserEmail(ctx.db, assertSamUser(caller)));

  handle(app, updateOwnEmail, signedIn, async ({ caller, cause, body }) => {
    await setUserEmail(cause, pathOf(assertSamUser(caller)), body.email);
    return undefined;
  });

  handle(app, deleteOwnEmail, signedIn, async ({ caller, cause }) => {
    await removeUserEmail(cause, pathOf(assertSamUser(caller)));
    return undefined;
  });
}

/** The root user's addresses are those of the operator. */
function assertSamUser<T extends SamUser>(caller: T): T {
  if (caller.userName === '') throw new Failure('COM0404');
  return caller;
}

const pathOf = ({ operatorId, userName }: SamUser) => ({ operator_id: operatorId, user_name: userName });

function registerNotificationRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listSystemNotifications, rootOf('operator_id'), async ({ caller }) => {
    return await listNotifications(ctx.db, caller.operatorId);
  });

  handle(app, getSystemNotification, rootOf('operator_id'), async ({ caller, params }) => {
    return await getNotification(ctx.db, caller.operatorId, params.type);
  });

  handle(app, setSystemNotification, rootOf('operator_id'), async ({ cause, params, body }) => {
    return await setNotification(cause, params, body);
  });

  handle(app, deleteSystemNotification, rootOf('operator_id'), async ({ cause, params }) => {
    await clearNotification(cause, params);
    return undefined;
  });
}
