import { text } from 'node:stream/consumers';
import { noOperator } from '../audit/record.ts';
import { causeOf } from '../change/cause.ts';
import { change } from '../change/change.ts';
import type { Context, RequestInfo } from '../context.ts';
import { Failure } from '../failure.ts';
import { parseEmail } from '../mail/address.ts';
import { createOperator } from '../operators/operators.ts';
import { closeSetup } from '../operators/setup.ts';
import { assertAcceptable } from '../users/password-policy.ts';

export type OperatorOptions = { readonly email: string; readonly lang: 'ja' | 'en' };

/**
 * Creates an operator with its root user and prints its ID as JSON.
 * @returns the exit code
 * @throws Failure COM0008, AUM0010, AUM0003
 */
export async function createOperatorCommand(
  ctx: Context,
  info: RequestInfo,
  options: OperatorOptions,
): Promise<number> {
  const address = parseEmail(options.email);
  if (!address) throw new Failure('COM0008', { field: '--email' });
  const { lang: language } = options;
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  await assertAcceptable(ctx, password, [address.email]);
  const passwordHash = await ctx.hasher.hash(password);
  const operatorId = await change(causeOf(ctx, info, info.userAgent, 0), noOperator, async (c) => {
    await closeSetup(c.db, c.now);
    return await createOperator(c, { address, passwordHash, language });
  });
  process.stdout.write(`${JSON.stringify({ operatorId })}\n`);
  return 0;
}
