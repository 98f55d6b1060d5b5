import {
  createFirstOperator as createFirstOperatorEndpoint,
  createOperator,
  getOperator,
  getSetup,
  updateOperatorPassword,
  verifyOperator,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { Failure } from '../failure.ts';
import { anyone, permitted, rootOf } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { changePassword } from '../sign-in/password-change.ts';
import { assertAcceptable } from '../users/password-policy.ts';
import { parseEmail } from './email.ts';
import { findOperator } from './operators.ts';
import { assertSetupToken, createFirstOperator, isSetupDone } from './setup.ts';
import { finishSignUp, requestSignUp } from './sign-up.ts';

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

  handle(app, updateOperatorPassword, rootOf('operator_id'), async ({ caller, origin, body, reply }) => {
    sendReceipt(reply, await changePassword(ctx, origin, caller, body.currentPassword, body.newPassword));
    return undefined;
  });

  handle(app, getSetup, anyone, async () => ({
    setupDone: await isSetupDone(ctx.db),
    signUp: ctx.config.signUp,
    passwordMinLength: ctx.config.passwordMinLength,
    mailPreview: ctx.config.smtpUrl === undefined,
  }));

  handle(app, createFirstOperatorEndpoint, anyone, async ({ origin, body }) => {
    const { token, email, password, language } = body;
    await assertSetupToken(ctx.db, token, ctx.now());
    if (!parseEmail(email)) throw new Failure('COM0008', { field: 'email' });
    await assertAcceptable(ctx, password, [email]);
    const passwordHash = await ctx.hasher.hash(password);
    return { operatorId: await createFirstOperator(ctx, origin, { token, email, passwordHash, language }) };
  });

  handle(app, createOperator, anyone, async ({ origin, body }) => {
    if (ctx.config.signUp !== 'open') throw new Failure('AUM0014');
    const address = parseEmail(body.email);
    if (!address) throw new Failure('COM0008', { field: 'email' });
    await assertAcceptable(ctx, body.password, [address.email]);
    const passwordHash = await ctx.hasher.hash(body.password);
    await requestSignUp(ctx, { origin, address, passwordHash, language: body.language ?? origin.language });
    return undefined;
  });

  handle(app, verifyOperator, anyone, async ({ origin, body }) => {
    if (ctx.config.signUp !== 'open') throw new Failure('AUM0014');
    return { operatorId: await finishSignUp(ctx, origin, body.token) };
  });
}
