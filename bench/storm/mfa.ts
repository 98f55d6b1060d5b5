import { generateSync } from 'otplib';
import { secretOf, session } from '../../e2e/support/api.ts';
import type { Account } from '../faults/load.ts';

/** Turns the MFA of a root user on, as its owner does. */
export async function turnMfaOn(url: string, account: Account): Promise<void> {
  const { call, operatorId } = await session(url, account);
  const path = `/v1/operators/${operatorId}/mfa`;
  const secret = secretOf((await call('POST', path)).json['totpUri']);
  const { status, body } = await call('POST', `${path}/verify`, { mfaOTPCode: generateSync({ secret }) });
  if (status !== 200) throw new Error(`MFA of ${account.email}: ${status} ${body}`);
}
