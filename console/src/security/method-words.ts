import type { AuthMethod } from '@warifu/contract';
import type { Translate } from '../language.ts';

const words = {
  password: 'password',
  'password+totp': 'mfa',
  passkey: 'passkey',
  authKey: 'key',
  switchUser: 'switch',
} as const satisfies Record<AuthMethod, string>;

/** How a session was proved, as people call it; undefined for a method that this page does not know. */
export function methodWord(authMethod: string | undefined, t: Translate): string | undefined {
  const word = words[authMethod as AuthMethod] as (typeof words)[AuthMethod] | undefined;
  return word && t(`sessions.methods.${word}`);
}
