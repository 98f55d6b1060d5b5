import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change } from '../change/change.ts';
import type { Context, Expiring, RequestInfo } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { EmailAddress } from '../mail/address.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { deferRequest } from '../mail/requests.ts';
import { createOperator } from './operators.ts';
import { closeSetup } from './setup.ts';

export type SignUpRequest = {
  readonly info: RequestInfo;
  readonly address: EmailAddress;
  readonly passwordHash: string;
  readonly language: 'en' | 'ja';
};

/** Asks for an account. The answer is the same whether the address is known; a mail tells its owner (`sendSignUpLink`). */
export async function requestSignUp(ctx: Context, request: SignUpRequest): Promise<void> {
  await deferRequest(ctx.db, ctx, 'sign_up', request);
  ctx.wake('requests');
}

/** Mails the link that finishes a sign-up, or tells the owner of a known address. Joins the transaction. */
export async function sendSignUpLink(db: Db, ctx: Context, request: SignUpRequest): Promise<void> {
  const { address, info, language } = request;
  const now = ctx.now();
  const perAddress = { scope: 'sign_up.address', key: address.emailKey, limit: limits.reset.mailsPerHour };
  const perSource = {
    scope: 'sign_up.source',
    key: sourceNetwork(info.sourceIp),
    limit: limits.recovery.mailsPerSourceHour,
  };
  if (!(await takeFromWindow(db, { ...perSource, length: limits.hour }, now))) return;
  if (!(await takeFromWindow(db, { ...perAddress, length: limits.hour }, now))) return;
  const known = await db
    .selectFrom('operators')
    .innerJoin('emails', (join) =>
      join
        .onRef('emails.operator_id', '=', 'operators.operator_id')
        .onRef('emails.email_id', '=', 'operators.primary_email_id'),
    )
    .select(['operators.operator_id', 'emails.email'])
    .where('primary_email_key', '=', address.emailKey)
    .executeTakeFirst();
  const happening = { at: now, sourceIp: info.sourceIp, userAgent: info.userAgent, account: address.email };
  if (known) {
    const facts = { template: 'sign_up_known' as const, ...happening, operatorId: known.operator_id };
    // The stored address, never the one that was typed.
    return await enqueueMail(db, ctx, { operatorId: known.operator_id, recipient: known.email, language, facts });
  }
  const token = await insertSignUp(db, ctx, request);
  await enqueueMail(db, ctx, {
    operatorId: noOperator,
    recipient: address.email,
    language,
    notAfter: now + limits.signUp.tokenLife,
    facts: {
      template: 'sign_up_link',
      ...happening,
      operatorId: noOperator,
      link: `${ctx.config.baseUrl}/signup/verify#${token}`,
      lifeMinutes: limits.signUp.tokenLife / 60_000,
    },
  });
}

/**
 * Finishes a sign-up with the mailed token, once.
 * @throws Failure AUM0012 for a dead link, AUM0003 when the address was taken meanwhile
 */
export async function finishSignUp(cause: Cause, token: string): Promise<string> {
  return await change(cause, noOperator, async (c) => {
    const signUp = await c.db
      .updateTable('sign_ups')
      .set({ used_at: c.now })
      .where('token_hash', '=', hashSecret(token))
      .where('used_at', 'is', null)
      .where('expires_at', '>', c.now)
      .returningAll()
      .executeTakeFirst();
    if (!signUp) throw new Failure('AUM0012');
    await closeSetup(c.db, c.now);
    const address = { email: signUp.email, emailKey: signUp.email_key };
    return await createOperator(c, { address, passwordHash: signUp.password_hash, language: signUp.language });
  });
}

async function insertSignUp(db: Db, ctx: Context, request: SignUpRequest): Promise<string> {
  const token = newSecret();
  const { email, emailKey } = request.address;
  await db
    .insertInto('sign_ups')
    .values({
      sign_up_id: newId(),
      email,
      email_key: emailKey,
      password_hash: request.passwordHash,
      language: request.language,
      token_hash: hashSecret(token),
      created_at: ctx.now(),
      expires_at: ctx.now() + limits.signUp.tokenLife,
      used_at: null,
    })
    .execute();
  return token;
}

/** A sign-up whose link is over is gone. */
export const expiredSignUps: Expiring = {
  table: 'sign_ups',
  remove: ({ db }, at) => db.deleteFrom('sign_ups').where('expires_at', '<=', at).execute(),
};
