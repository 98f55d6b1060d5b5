import serverPackage from '../../package.json' with { type: 'json' };
import { inTurn } from '../attempts/turns.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe } from '../change/change.ts';
import type { Context } from '../context.ts';
import { rootId } from '../db/schema.ts';
import { lastBackup } from '../db/state.ts';
import { databaseVersion } from '../db/version.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { deliveryState } from '../mail/delivery-state.ts';
import { sendAtOnce } from '../mail/test-mail.ts';
import { findEmail } from './emails.ts';
import { describeOperator } from './operators.ts';

/**
 * What the root user of an operator may know of the server (decision 0025): nothing about other operators, and of the
 * host only where nobody signs up by himself.
 */
export async function serverStateFor(ctx: Context, operatorId: string) {
  return {
    version: serverPackage.version,
    mail: { smtp: ctx.config.smtpUrl !== undefined, ...(await deliveryState(ctx, operatorId)) },
    ...(ctx.config.signUp === 'closed' && { host: await hostState(ctx) }),
  };
}

async function hostState({ db }: Context) {
  const lastBackupAt = await lastBackup(db);
  return { database: await databaseVersion(db), ...(lastBackupAt !== undefined && { lastBackupAt }) };
}

/**
 * Sends a mail to a verified address of the operator, and waits for what the mail server says.
 * @throws Failure COM0404, AUM0037 when the address is not verified, COM0429 when too many were sent
 */
export async function sendTestMail(cause: Cause, operatorId: string, emailId: string) {
  const { ctx, info } = cause;
  const mail = await changeUser(cause, { operatorId, userId: rootId }, async (c) => {
    describe(c, { target: `email:${emailId}` });
    const { email, verified_at: verifiedAt } = await findEmail(c.db, operatorId, emailId);
    if (verifiedAt === null) throw new Failure('AUM0037', { field: 'emailId' });
    const { perHour, perDay } = limits.mail.tests;
    for (const [limit, length] of [
      [perHour, limits.hour],
      [perDay, limits.day],
    ] as const) {
      const budget = { scope: `test_mail.${length}`, key: operatorId, limit, length };
      if (!(await takeFromWindow(c.db, budget, c.now))) throw new Failure('COM0429', {}, length / 1000);
    }
    const { email: account } = await describeOperator(c.db, operatorId);
    const happening = { at: c.now, sourceIp: info.sourceIp, userAgent: info.userAgent, operatorId, account };
    const facts = { template: 'test_mail' as const, ...happening };
    return { recipient: email, language: c.user.row.language, facts };
  });
  const { smtpUrl } = ctx.config;
  if (smtpUrl === undefined) return { result: 'kept' as const };
  // One after the other: who may ask must not open connections without end.
  const fault = await inTurn('test mail', () => sendAtOnce(ctx, smtpUrl, mail));
  if (!fault) return { result: 'accepted' as const };
  return { result: 'failed' as const, error: `${fault.kind} ${fault.code}` };
}
