import type { ErrorCode } from '@warifu/contract';
import type { UserChange } from '../change/change.ts';
import type { Context } from '../context.ts';
import type { Factors } from '../db/schema.ts';
import type { Proof } from '../sessions/proofs.ts';
import type { FactorKey, Owner } from './factors.ts';
import type { Answer, Registration } from './webauthn.ts';

/** What a person sent to prove a factor: the members of a body, each of one kind. */
export type SentProof = {
  readonly mfaOTPCode?: string | undefined;
  readonly passkey?: Answer | undefined;
  readonly newPasskey?: Registration | undefined;
  /** The pending sign-in or the session that it was asked for. */
  readonly askedFor?: string | undefined;
};

/**
 * Why a proof was not accepted. `refused`: too many wrong ones, or the factor is suspended; it was not looked at.
 * `damaged`: what is stored does not open, so nothing can be looked at. `none`: the user has no active factor of the kind.
 */
export type NotProved = 'wrong' | 'suspended now' | 'refused' | 'damaged' | 'none';

/**
 * One kind of factor. Whatever the door, a proof is spent by `prove`, once: it stores what makes the same proof wrong
 * from then on, in one conditional statement, and counts a wrong one in the caller's transaction, which must commit it.
 */
export type FactorKind = {
  readonly kind: Factors['kind'];
  /** The members of a body that carry its proofs. */
  readonly members: readonly (keyof SentProof)[];
  /** A user has one of it; the next one takes its place. */
  readonly single: boolean;
  /** What its proof is called in the audit log. */
  readonly proof: 'code' | 'passkey';
  /** How a wrong proof is answered, where the kind and not the door says it. */
  readonly refusal?: ErrorCode;
  /** Whether a proof could be right now; slow work is not spent on one that cannot be. Nothing is spent or counted. */
  readonly mayBeRight: (ctx: Context, owner: Owner, sent: SentProof, status: Factors['status']) => Promise<boolean>;
  /** Spends a proof of an active factor. */
  readonly prove: (c: UserChange, sent: SentProof) => Promise<Proof | NotProved>;
  /**
   * Spends the first proof of a factor that was begun.
   * @throws Failure MFA0006 when none was begun, it lapsed or was begun under other credentials
   */
  readonly confirm: (c: UserChange, sent: SentProof) => Promise<Confirmed | NotProved>;
};

/** A factor that is there now, not active yet, and its first proof. */
export type Confirmed = { readonly factor: FactorKey; readonly proof: Proof };
