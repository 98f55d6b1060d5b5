import { setTimeout as wait } from 'node:timers/promises';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change } from '../change/change.ts';
import { Failure } from '../failure.ts';
import type { EmailAddress } from '../mail/address.ts';
import { isRequestWaiting } from '../mail/requests.ts';
import { createOperator } from '../operators/operators.ts';
import { closeSetup } from '../operators/setup.ts';
import { renewSignUpToken } from '../operators/sign-up.ts';
import { assertAcceptable } from '../users/password-policy.ts';

type NewOperator = { readonly address: EmailAddress; readonly password: string; readonly language: 'en' | 'ja' };

/**
 * Creates an operator at once; its address counts as verified.
 * @throws Failure AUM0003, AUM0010
 */
export async function createSandboxOperator(cause: Cause, { address, password, language }: NewOperator): Promise<void> {
  const { ctx } = cause;
  await assertAcceptable(ctx, password, [address.email]);
  const passwordHash = await ctx.hasher.hash(password);
  await change(cause, noOperator, async (c) => {
    await closeSetup(c.db, c.now);
    await createOperator(c, { address, passwordHash, language });
  });
}

/** Looks at a sign-up that was asked for a moment before and is done in the background, and milliseconds between them. */
const looks = 200;
const betweenLooks = 50;

/**
 * Another token for a sign-up that waits for its mail to be read.
 * @throws Failure AUM0053 when none does
 */
export async function newSignUpToken(cause: Cause, address: EmailAddress): Promise<string> {
  for (let i = 0; i < looks && (await isRequestWaiting(cause.ctx, 'sign_up')); i++) await wait(betweenLooks);
  return await change(cause, noOperator, async (c) => {
    const token = await renewSignUpToken(c, address);
    if (token === undefined) throw new Failure('AUM0053');
    return token;
  });
}
