import { sandboxDeleteOperator, sandboxGetSignupToken, sandboxInitializeOperator } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { Failure } from '../failure.ts';
import { anyone, onThisComputer, rootOf } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { limits } from '../limits.ts';
import { parseEmail } from '../mail/address.ts';
import { deleteOperator } from '../operators/operators.ts';
import { signInProgram } from '../sign-in/sign-in.ts';
import { createSandboxOperator, newSignUpToken } from './sandbox.ts';

/**
 * What the reference's sandbox has for people who test clients: operators without a mail in between.
 * SECURITY: bound only with WARIFU_SANDBOX=1, which a server that others can reach refuses; and for this computer only.
 */
export function registerSandboxRoutes(app: FastifyInstance): void {
  handle(app, sandboxInitializeOperator, onThisComputer(anyone), async ({ cause, info, body }) => {
    const { email, password } = body;
    const address = parseEmail(email);
    if (!address) throw new Failure('COM0008', { field: 'email' });
    await createSandboxOperator(cause, { address, password, language: info.language });
    const life = limits.session.apiDefaultSeconds * 1000;
    const { userName: _, ...reply } = await signInProgram(cause, {
      identifier: { email: address.email },
      password,
      factor: {},
      life,
    });
    return reply;
  });

  handle(app, sandboxGetSignupToken, onThisComputer(anyone), async ({ cause, params }) => {
    const address = parseEmail(params.email);
    if (!address) throw new Failure('COM0008', { field: 'email' });
    return { token: await newSignUpToken(cause, address) };
  });

  handle(app, sandboxDeleteOperator, onThisComputer(rootOf('operator_id')), async ({ cause, params }) => {
    await deleteOperator(cause, params.operator_id);
    return undefined;
  });
}
