import { challengePasskey, listFactors } from '@warifu/contract';
import { call } from '../api.ts';
import { askPasskey, forgetPasskey } from '../passkey.ts';
import type { Session } from './session.ts';

/** Asks for a passkey of whoever is signed in, as a body takes it. */
export async function ownPasskey() {
  const { reply } = await call(challengePasskey, {});
  return { passkey: await askPasskey(reply.options) };
}

/** Does what removes every factor of whoever is signed in; then no device offers its passkeys any more. */
export async function forgettingPasskeys<T>({ factors }: Session, remove: () => Promise<T>): Promise<T> {
  const own = factors.includes('passkey') ? (await call(listFactors, {})).reply : [];
  const removed = await remove();
  for (const { credentialId } of own) if (credentialId) await forgetPasskey(credentialId);
  return removed;
}
