import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change } from '../change/change.ts';
import type { Context } from '../context.ts';
import { hashSecret, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { dropState, keepFirstState, keepState, stateOf } from '../db/state.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { parseEmail } from '../mail/address.ts';
import { assertAcceptable } from '../users/password-policy.ts';
import { createOperator } from './operators.ts';

const linkKey = 'setup_link';
const doneKey = 'setup_done';

type SetupLink = { readonly tokenHash: string; readonly expiresAt: number };

/** Whether a first operator was ever made. It stays so when that operator is deleted (R17). */
export async function isSetupDone(db: Db): Promise<boolean> {
  return (await stateOf(db, doneKey)) !== undefined;
}

/** Closes the setup for ever; every way of creating an operator calls it. */
export async function closeSetup(db: Db, now: number): Promise<void> {
  await keepFirstState(db, doneKey, String(now));
  await dropState(db, linkKey);
}

/** A new one-time link for the first operator, valid for an hour; the one before is dead. Undefined when setup is done. */
export async function newSetupLink(ctx: Context): Promise<string | undefined> {
  if (await isSetupDone(ctx.db)) return undefined;
  const token = newSecret();
  const link: SetupLink = { tokenHash: hashSecret(token), expiresAt: ctx.now() + limits.setup.linkLife };
  await keepState(ctx.db, linkKey, JSON.stringify(link));
  return `${ctx.config.baseUrl}/setup#${token}`;
}

export type FirstOperator = {
  readonly token: string;
  readonly email: string;
  readonly password: string;
  readonly language: 'en' | 'ja';
};

/**
 * Creates the first operator with the link's token: once, because taking the link is a conditional delete.
 * @returns its ID
 * @throws Failure AUM0010, AUM0012 for a dead link, AUM0013 when setup is done, COM0008
 */
export async function createFirstOperator(cause: Cause, input: FirstOperator): Promise<string> {
  const { ctx } = cause;
  await assertSetupToken(ctx.db, input.token, ctx.now());
  const address = parseEmail(input.email);
  if (!address) throw new Failure('COM0008', { field: 'email' });
  await assertAcceptable(ctx, input.password, [input.email]);
  const passwordHash = await ctx.hasher.hash(input.password);
  return await change(cause, noOperator, async (c) => {
    await assertSetupToken(c.db, input.token, c.now);
    if (!(await dropState(c.db, linkKey))) throw new Failure('AUM0012');
    await closeSetup(c.db, c.now);
    return await createOperator(c, { address, passwordHash, language: input.language });
  });
}

/** Whether a token is the live setup link; looking changes nothing. */
async function assertSetupToken(db: Db, token: string, now: number): Promise<void> {
  if (await isSetupDone(db)) throw new Failure('AUM0013');
  const text = await stateOf(db, linkKey);
  const link = text === undefined ? undefined : (JSON.parse(text) as SetupLink);
  if (link?.tokenHash !== hashSecret(token) || link.expiresAt <= now) throw new Failure('AUM0012');
}
