import { challengePasskey } from '@warifu/contract';
import { call } from '../api.ts';
import { askPasskey } from '../passkey.ts';

/** Asks for a passkey of whoever is signed in, as a body takes it. */
export async function ownPasskey() {
  const { reply } = await call(challengePasskey, {});
  return { passkey: await askPasskey(reply.options) };
}
