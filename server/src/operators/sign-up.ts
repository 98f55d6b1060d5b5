import { sql } from 'kysely';
import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { type Change, change, describe } from '../change/change.ts';
import type { Expiring } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import { newId } from '../crypto/tokens.ts';
import { inSlices } from '../db/slices.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findLink, issueMailToken, spendLink } from '../links/links.ts';
import type { EmailAddress } from '../mail/address.ts';
import { enqueueMail, mailLink } from '../mail/outbox.ts';
import { deferRequest } from '../mail/requests.ts';
import { findAccount } from '../users/accounts.ts';
import { createOperator, findOperator } from './operators.ts';
import { closeSetup } from './setup.ts';

export type SignUpRequest = {
  readonly address: EmailAddress;
  readonly passwordHash: string;
  readonly language: 'en' | 'ja';
};

const { tokenLife } = limits.signUp;

/** Asks for an account. The answer is the same whether the address is known; a mail tells its owner (`sendSignUpLink`). */
export async function requestSignUp(cause: Cause, request: SignUpRequest): Promise<void> {
  await deferRequest(cause, 'sign_up', request);
}

/** Mails the link that finishes a sign-up, or tells the owner of a known address. */
export async function sendSignUpLink(cause: Cause, request: SignUpRequest): Promise<void> {
  const { address, language } = request;
  await change(cause, noOperator, async (c) => {
    if (!(await takeMail(c, address.emailKey))) return describe(c, { outcome: 'refused', reason: 'too many mails' });
    const account = await findAccount(c.db, { email: address.email });
    if (account) return await tellKnown(c, account.operatorId, language);
    const token = await insertSignUp(c, request);
    const mail = { template: 'sign_up_link', operatorId: noOperator, recipient: address.email, language } as const;
    await mailLink(c, { ...mail, page: '/signup/verify', token, life: tokenLife });
  });
}

/**
 * Finishes a sign-up with the mailed token, once.
 * @throws Failure AUM0012 for a dead link, AUM0003 when the address was taken meanwhile
 */
export async function finishSignUp(cause: Cause, token: string): Promise<string> {
  return await change(cause, noOperator, async (c) => {
    const link = await findLink(c.db, c.now, token, ['sign_up']);
    if (!link || !(await spendLink(c.db, c.now, link))) throw new Failure('AUM0012');
    const own = c.db.deleteFrom('sign_ups').where('sign_up_id', '=', link.sign_up_id);
    const signUp = await own.returningAll().executeTakeFirstOrThrow();
    await closeSetup(c.db, c.now);
    const address = { email: signUp.email, emailKey: signUp.email_key };
    const passwordHash = unseal(c.ctx.keys, signUp.password_hash, place(signUp.sign_up_id));
    return await createOperator(c, { address, passwordHash, language: signUp.language });
  });
}

/** A further token for the newest sign-up of an address; undefined when none waits. */
export async function renewSignUpToken(c: Change, { emailKey }: EmailAddress): Promise<string | undefined> {
  const { db, ctx, now } = c;
  const waiting = db.selectFrom('sign_ups').selectAll().where('email_key', '=', emailKey).where('expires_at', '>', now);
  const row = await waiting.orderBy('created_at', 'desc').executeTakeFirst();
  if (!row) return undefined;
  return await issueMailToken(db, ctx, { signUpId: row.sign_up_id, purpose: 'sign_up', expiresAt: row.expires_at });
}

async function takeMail({ db, now, cause }: Change, emailKey: string): Promise<boolean> {
  const key = sourceNetwork(cause.info.sourceIp);
  const perSource = { scope: 'sign_up.source', key, limit: limits.recovery.mailsPerSourceHour, length: limits.hour };
  const perAddress = { scope: 'sign_up.address', key: emailKey, limit: limits.reset.mailsPerHour, length: limits.hour };
  return (await takeFromWindow(db, perSource, now)) && (await takeFromWindow(db, perAddress, now));
}

async function tellKnown(c: Change, operatorId: string, language: 'en' | 'ja'): Promise<void> {
  const { db, ctx, now, cause } = c;
  const { sourceIp, userAgent } = cause.info;
  // The stored address, never the one that was typed.
  const recipient = (await findOperator(db, operatorId))?.email ?? '';
  const facts = { template: 'sign_up_known', at: now, sourceIp, userAgent, operatorId, account: recipient } as const;
  await enqueueMail(db, ctx, { operatorId, recipient, language, facts });
  describe(c, { outcome: 'refused', reason: 'known address' });
}

async function insertSignUp({ db, ctx, now }: Change, { address, passwordHash, language }: SignUpRequest) {
  const signUpId = newId();
  const expiresAt = now + tokenLife;
  const sealed = seal(ctx.keys, passwordHash, place(signUpId));
  const row = { email: address.email, email_key: address.emailKey, password_hash: sealed, language };
  const dates = { created_at: now, expires_at: expiresAt };
  await db
    .insertInto('sign_ups')
    .values({ sign_up_id: signUpId, ...row, ...dates })
    .execute();
  return await issueMailToken(db, ctx, { signUpId, purpose: 'sign_up', expiresAt });
}

function place(signUpId: string): Place {
  return { table: 'sign_ups', row: [signUpId] };
}

/** A sign-up is gone with its link. */
export const expiredSignUps: Expiring = {
  table: 'sign_ups',
  remove: ({ db }, at) =>
    inSlices((atMost) => {
      const over = db.selectFrom('sign_ups').select('sign_up_id').where('expires_at', '<=', at).limit(atMost);
      return db.deleteFrom('sign_ups').where('sign_up_id', 'in', over).where('expires_at', '<=', at).executeTakeFirst();
    }),
  bringBack: (db, now) =>
    db
      .updateTable('sign_ups')
      .set({ created_at: now, expires_at: sql<number>`expires_at - (created_at - ${now})` })
      .where('created_at', '>', now)
      .execute(),
};
