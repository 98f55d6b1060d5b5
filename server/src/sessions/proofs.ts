import type { AuthMethod } from '@warifu/contract';

/**
 * What a session was proved with: words of RFC 8176 §2 where it has them. `hwk` is a key that stays in its device, `swk`
 * one that is kept in step between several. It has no word for a key that is sent as it is, nor for acting as somebody
 * else.
 */
export type ProofMethod = 'pwd' | 'otp' | 'hwk' | 'swk' | 'authKey' | 'switchUser';

export type Proof = {
  readonly method: ProofMethod;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The device asked its owner for a PIN or a fingerprint: key and owner are two factors (800-63B-4 App. B, R34). */
  readonly verified?: true;
};

/** What is known of a session by what it was proved with; nothing else decides it. */
export type Proven = {
  readonly authMethod: AuthMethod;
  /** Proved with two factors. */
  readonly mfaAuthenticated: boolean;
  /** In the words of RFC 8176. */
  readonly amr: string[];
  readonly proofs: readonly Proof[];
};

/** Proofs as they are kept. */
export function storeProofs(proofs: readonly Proof[]): string {
  return JSON.stringify(proofs);
}

/** What was kept, and what it says. */
export function provenBy(stored: string): Proven {
  const proofs = JSON.parse(stored) as readonly Proof[];
  const mfaAuthenticated = isMfa(proofs);
  return { proofs, authMethod: authMethodOf(proofs), mfaAuthenticated, amr: amrOf(proofs, mfaAuthenticated) };
}

/** How a session was proved, in the word of the permission language. */
export function authMethodOf(proofs: readonly Proof[]): AuthMethod {
  const used = new Set(proofs.map(({ method }) => method));
  if (used.has('authKey')) return 'authKey';
  if (used.has('switchUser')) return 'switchUser';
  if (used.has('hwk') || used.has('swk')) return 'passkey';
  return used.has('otp') ? 'password+totp' : 'password';
}

function amrOf(proofs: readonly Proof[], mfaAuthenticated: boolean): string[] {
  const words = proofs.flatMap(({ method }) => {
    if (method === 'authKey' || method === 'switchUser') return [];
    // Whoever answers with such a key has shown that somebody is there.
    return method === 'hwk' || method === 'swk' ? [method, 'user'] : [method];
  });
  return mfaAuthenticated ? [...words, 'mfa'] : words;
}

/** Opened by a person with a password or a passkey, not by an AuthKey or a switch (R50, R64). */
export function isPerson({ authMethod }: Pick<Proven, 'authMethod'>): boolean {
  return authMethod !== 'authKey' && authMethod !== 'switchUser';
}

function isMfa(proofs: readonly Proof[]): boolean {
  const factor = proofs.find(({ method }) => method === 'otp' || method === 'hwk' || method === 'swk');
  return factor !== undefined && (factor.verified === true || proofs.some(({ method }) => method === 'pwd'));
}
