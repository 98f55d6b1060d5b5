import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change } from '../change/change.ts';
import type { Context } from '../context.ts';
import { hashSecret, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
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
  return (await readState(db, doneKey)) !== undefined;
}

/** Closes the setup for ever; every way of creating an operator calls it. */
export async function closeSetup(db: Db, now: number): Promise<void> {
  await db
    .insertInto('server_state')
    .values({ key: doneKey, value: String(now) })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  await db.deleteFrom('server_state').where('key', '=', linkKey).execute();
}

/** A new one-time link for the first operator, valid for an hour; the one before is dead. Undefined when setup is done. */
export async function newSetupLink(ctx: Context): Promise<string | undefined> {
  if (await isSetupDone(ctx.db)) return undefined;
  const token = newSecret();
  const link: SetupLink = { tokenHash: hashSecret(token), expiresAt: ctx.now() + limits.setup.linkLife };
  await ctx.db
    .insertInto('server_state')
    .values({ key: linkKey, value: JSON.stringify(link) })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: JSON.stringify(link) }))
    .execute();
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
    const taken = await c.db.deleteFrom('server_state').where('key', '=', linkKey).executeTakeFirst();
    if (taken.numDeletedRows !== 1n) throw new Failure('AUM0012');
    await closeSetup(c.db, c.now);
    return await createOperator(c, { address, passwordHash, language: input.language });
  });
}

/** Whether a token is the live setup link; looking changes nothing. */
async function assertSetupToken(db: Db, token: string, now: number): Promise<void> {
  if (await isSetupDone(db)) throw new Failure('AUM0013');
  const text = await readState(db, linkKey);
  const link = text === undefined ? undefined : (JSON.parse(text) as SetupLink);
  if (link?.tokenHash !== hashSecret(token) || link.expiresAt <= now) throw new Failure('AUM0012');
}

async function readState(db: Db, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('server_state').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}
