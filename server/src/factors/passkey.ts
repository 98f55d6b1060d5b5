import type { PasskeyCreation, PasskeyRequest } from '@warifu/contract';
import type { Static } from 'typebox';
import { describe, notify, type UserChange } from '../change/change.ts';
import type { Context } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import { newUserHandle } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { Passkeys } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { Proof } from '../sessions/proofs.ts';
import { type Ceremony, isChallengeLive, newChallenge, takeChallenge } from './challenges.ts';
import { type FactorKey, insertFactor, type Owner, updateFactor } from './factors.ts';
import type { Confirmed, FactorKind, NotProved } from './kind.ts';
import { nameOfDevice } from './passkey-names.ts';
import {
  type Answer,
  algorithms,
  challengeIn,
  type Registration,
  relyingParty,
  type Verified,
  verifyAnswer,
  verifyRegistration,
} from './webauthn.ts';

/**
 * Begins to register a passkey.
 * @param account what its device calls the account
 * @throws Failure MFA0017 when the user has as many as may be
 */
export async function beginRegistration(
  c: UserChange,
  sessionId: string,
  account: string,
): Promise<Static<typeof PasskeyCreation>> {
  const own = await passkeysOf(c.db, c.user);
  assertRoom(own);
  // All passkeys of a user carry the same handle: a device keeps one for each.
  const userHandle = own[0]?.user_handle ?? newUserHandle();
  const bound = { ceremony: 'register', bound_to: sessionId } as const;
  return {
    rp: { id: relyingParty(c.ctx).rpId, name: c.ctx.config.issuer },
    user: { id: userHandle, name: account, displayName: account },
    challenge: await newChallenge(c.db, c.now, bound, { ...ownerOf(c), userHandle }),
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: limits.passkeys.challengeLife,
    excludeCredentials: own.map(descriptorOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    attestation: 'none',
  };
}

function assertRoom(own: readonly Passkeys[]): void {
  if (own.length >= limits.passkeys.perUser) throw new Failure('MFA0017', { limit: String(limits.passkeys.perUser) });
}

/**
 * Asks for one of the user's own passkeys, in a session or for a pending sign-in.
 * @throws Failure MFA0019 when there is none: an empty list would ask for whichever passkey the device has
 */
export async function askForPasskey(c: UserChange, askedFor: string): Promise<Static<typeof PasskeyRequest>> {
  const own = await passkeysOf(c.db, c.user);
  if (own.length === 0) throw new Failure('MFA0019');
  return {
    challenge: await newChallenge(c.db, c.now, { ceremony: 'prove', bound_to: askedFor }, ownerOf(c)),
    timeout: limits.passkeys.challengeLife,
    rpId: relyingParty(c.ctx).rpId,
    allowCredentials: own.map(descriptorOf),
    userVerification: 'preferred',
  };
}

/** Passkeys (W3C WebAuthn L3): a key in a device that signs a challenge, for the pages of this server only. */
export const passkey: FactorKind = {
  kind: 'passkey',
  members: ['passkey', 'newPasskey'],
  proof: 'passkey',
  single: false,
  refusal: 'MFA0013',
  mayBeRight: async (ctx, { operatorId }, sent, status) => {
    const ceremony = status === 'ACTIVE' ? 'prove' : 'register';
    const response = sent.passkey?.response ?? sent.newPasskey?.response;
    if (!response || sent.askedFor === undefined) return false;
    const bound = { ceremony, bound_to: sent.askedFor } as const;
    return await isChallengeLive(ctx, operatorId, bound, challengeIn(response.clientDataJSON));
  },
  prove: async (c, { passkey: sent, askedFor }) => {
    if (!sent || askedFor === undefined) return 'wrong';
    return await spendAnswer(c, { ceremony: 'prove', bound_to: askedFor }, sent);
  },
  confirm: async (c, { newPasskey: sent, askedFor }) => {
    const bound = { ceremony: 'register', bound_to: askedFor ?? '' } as const;
    const challenge = sent && (await takeChallenge(c, bound, challengeIn(sent.response.clientDataJSON)));
    if (!challenge) throw new Failure('MFA0006');
    // SECURITY: each session of the user may have begun one while there was room.
    assertRoom(await passkeysOf(c.db, c.user));
    return await keepPasskey(c, challenge.challenge, challenge.user_handle ?? '', sent);
  },
};

/**
 * Spends the answer of a passkey of the locked user: its challenge is taken in one statement, so of the same answer sent
 * many times one is looked at (I1).
 */
export async function spendAnswer(c: UserChange, ceremony: Ceremony, sent: Answer): Promise<Proof | NotProved> {
  const taken = await takeChallenge(c, ceremony, challengeIn(sent.response.clientDataJSON));
  const kept = await activePasskey(c.db, c.user, sent.id);
  if (!taken || !kept) return 'wrong';
  if (kept.suspended_at !== null) return 'refused';
  const publicKey = openKey(c.ctx, kept);
  if (publicKey === undefined) return 'damaged';
  // SECURITY: it must be of the user whom the device means, too (R33). A security key may leave it out.
  const { userHandle } = sent.response;
  if (userHandle === undefined ? ceremony.ceremony === 'sign_in' : userHandle !== kept.user_handle) return 'wrong';
  const verified = await verifyAnswer(c.ctx, taken.challenge, { ...kept, public_key: publicKey }, sent);
  if (verified?.deviceType !== kept.device_type) return 'wrong';
  return await noteUse(c, kept, verified);
}

/** SECURITY: a counter that does not go up says that somebody made a copy (R35); nothing of it is accepted. */
async function noteUse(c: UserChange, kept: Kept, { signCount, userVerified }: Verified): Promise<Proof | NotProved> {
  if ((signCount > 0 || kept.sign_count > 0) && signCount <= kept.sign_count) {
    describe(c, { detail: { passkey: 'counter went back' } });
    notify(c, 'passkey_copied', { userName: c.user.userName });
    return 'wrong';
  }
  const counted = await updatePasskey(c.db, kept)
    .set({ sign_count: signCount })
    .where('sign_count', '=', kept.sign_count)
    .executeTakeFirst();
  if (counted.numUpdatedRows !== 1n) return 'wrong';
  await updateFactor(c.db, kept).set({ last_used_at: c.now }).execute();
  return proofOf(c, kept.device_type, userVerified);
}

async function keepPasskey(
  c: UserChange,
  challenge: string,
  userHandle: string,
  sent: Registration,
): Promise<Confirmed | NotProved> {
  const made = await verifyRegistration(c.ctx, challenge, sent);
  if (!made) return 'wrong';
  const factor = await insertFactor(c, 'passkey', nameOfDevice(made.aaguid));
  const kept = await c.db
    .insertInto('passkeys')
    .values({
      ...factor,
      credential_id: made.credentialId,
      public_key: seal(c.ctx.keys, made.publicKey, place(factor)),
      user_handle: userHandle,
      rp_id: relyingParty(c.ctx).rpId,
      sign_count: made.signCount,
      device_type: made.deviceType,
      transports: JSON.stringify(sent.response.transports ?? []),
    })
    // SECURITY: one that is registered already, to whomever, is nobody else's (R33).
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .executeTakeFirst();
  if (kept.numInsertedOrUpdatedRows !== 1n) throw new Failure('MFA0018');
  return { factor, proof: proofOf(c, made.deviceType, made.userVerified) };
}

function proofOf({ now }: UserChange, deviceType: Passkeys['device_type'], verified: boolean): Proof {
  const method = deviceType === 'multiDevice' ? 'swk' : 'hwk';
  return { method, at: now, ...(verified && { verified }) };
}

type Kept = NonNullable<Awaited<ReturnType<typeof activePasskey>>>;

async function activePasskey(db: Db, owner: Owner, credentialId: string) {
  return await passkeyRows(db, owner).where('passkeys.credential_id', '=', credentialId).executeTakeFirst();
}

/** A user's passkeys, oldest first. */
export async function passkeysOf(db: Db, owner: Owner) {
  return await passkeyRows(db, owner).orderBy('factors.activated_at').orderBy('factors.factor_id').execute();
}

function passkeyRows(db: Db, { operatorId, userId }: Owner) {
  return db
    .selectFrom('passkeys')
    .innerJoin('factors', (join) =>
      join
        .onRef('factors.operator_id', '=', 'passkeys.operator_id')
        .onRef('factors.user_id', '=', 'passkeys.user_id')
        .onRef('factors.factor_id', '=', 'passkeys.factor_id'),
    )
    .selectAll('passkeys')
    .select(['factors.label', 'factors.suspended_at'])
    .where('passkeys.operator_id', '=', operatorId)
    .where('passkeys.user_id', '=', userId)
    .where('factors.status', '=', 'ACTIVE');
}

/** Whose a passkey is; undefined when nobody's. */
export async function ownerOfPasskey(db: Db, credentialId: string): Promise<Owner | undefined> {
  const row = await db
    .selectFrom('passkeys')
    .select(['operator_id', 'user_id'])
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  return row && { operatorId: row.operator_id, userId: row.user_id };
}

function descriptorOf({ credential_id: id, transports }: Passkeys) {
  return { id, type: 'public-key' as const, transports: JSON.parse(transports) as string[] };
}

function ownerOf({ user: { operatorId, userId, row } }: UserChange) {
  return { operatorId, userId, version: row.credential_version };
}

/** SECURITY: a key that was put here from another row, or by who has no key of the server, proves nothing. */
function openKey(ctx: Context, row: Passkeys): string | undefined {
  try {
    return unseal(ctx.keys, row.public_key, place(row));
  } catch {
    const { operator_id: operatorId, user_id: userId, factor_id: factorId } = row;
    ctx.log.error({ operatorId, userId, factorId }, 'the sealed key of a passkey does not open');
    return undefined;
  }
}

function updatePasskey(db: Db, { operator_id, user_id, factor_id }: FactorKey) {
  const own = db.updateTable('passkeys').where('operator_id', '=', operator_id);
  return own.where('user_id', '=', user_id).where('factor_id', '=', factor_id);
}

function place(factor: FactorKey): Place {
  return { table: 'passkeys', row: [factor.operator_id, factor.user_id, factor.factor_id] };
}
