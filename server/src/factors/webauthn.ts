import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { NewPasskey, PasskeyAnswer } from '@warifu/contract';
import type { Static } from 'typebox';
import type { Context } from '../context.ts';
import type { Passkeys } from '../db/schema.ts';

export type Answer = Static<typeof PasskeyAnswer>;
export type Registration = Static<typeof NewPasskey>;

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what every device knows one of. */
export const algorithms = [-8, -7, -257];

/** Where passkeys work: the relying party is the host that people see, and its pages the only ones that may ask. */
export function relyingParty({ config }: Pick<Context, 'config'>) {
  const { hostname, origin } = new URL(config.baseUrl);
  return { rpId: hostname, origins: [origin, ...config.relatedOrigins] };
}

/** Read from the disk when the first passkey is looked at: most servers start without one. */
const library = () => import('./webauthn-library.ts');

export type Verified = {
  readonly signCount: number;
  readonly deviceType: Passkeys['device_type'];
  /** The device asked its owner for a PIN or a fingerprint (UV). */
  readonly userVerified: boolean;
};

/**
 * Checks what a device made of a challenge for a new passkey (W3C WebAuthn L3 §7.1).
 * @returns undefined when any check fails; which one, nobody is told (R36)
 */
export async function verifyRegistration(ctx: Context, challenge: string, sent: Registration) {
  const { rpId, origins } = relyingParty(ctx);
  if (isFramed(sent.response.clientDataJSON)) return undefined;
  try {
    const { verifyRegistrationResponse } = await library();
    if (await isAttestedByOthers(sent)) return undefined;
    const { registrationInfo: info } = await verifyRegistrationResponse({
      response: sent as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    });
    if (!info || info.credential.id !== sent.id) return undefined;
    const { credential, aaguid, credentialDeviceType: deviceType, userVerified } = info;
    const publicKey = Buffer.from(credential.publicKey).toString('base64url');
    return { credentialId: credential.id, publicKey, signCount: credential.counter, aaguid, deviceType, userVerified };
  } catch (error) {
    return refused(ctx, error);
  }
}

/**
 * Checks the answer of a passkey (W3C WebAuthn L3 §7.2), all but its counter.
 * @param passkey what is kept of it, its public key opened
 */
export async function verifyAnswer(
  ctx: Context,
  challenge: string,
  passkey: Pick<Passkeys, 'credential_id' | 'public_key'>,
  sent: Answer,
): Promise<Verified | undefined> {
  const { rpId, origins } = relyingParty(ctx);
  if (isFramed(sent.response.clientDataJSON)) return undefined;
  try {
    const { verifyAuthenticationResponse } = await library();
    const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
      response: sent as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      // A counter that goes back is told from a wrong signature by the caller.
      credential: {
        id: passkey.credential_id,
        publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
        counter: -1,
      },
      requireUserVerification: false,
    });
    if (!verified) return undefined;
    const { newCounter: signCount, credentialDeviceType: deviceType, userVerified } = info;
    return { signCount, deviceType, userVerified };
  } catch (error) {
    return refused(ctx, error);
  }
}

/**
 * Nobody asks here who made a device, so browsers send nothing of that, or what the new key signed itself.
 * SECURITY: for other attestations the library reads certificates that the client chose, and asks the network whether they
 * were revoked, while the user, or the whole database, is locked. A built package has no code for them.
 */
async function isAttestedByOthers({ response }: Registration): Promise<boolean> {
  const { decodeAttestationObject } = await library();
  const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(response.attestationObject, 'base64url')));
  const [format, statement] = [attestation.get('fmt'), attestation.get('attStmt')];
  return format !== 'none' && (format !== 'packed' || statement.get('x5c') !== undefined);
}

/** The challenge that something answers; it says nothing yet about who made either. */
export function challengeIn(clientDataJSON: string): string {
  const { challenge } = clientData(clientDataJSON);
  return typeof challenge === 'string' ? challenge : '';
}

/** SECURITY: a page of somebody else that shows ours in a frame must not be answered (R33); the library lets some pass. */
function isFramed(clientDataJSON: string): boolean {
  const { crossOrigin, topOrigin } = clientData(clientDataJSON);
  return crossOrigin === true || topOrigin !== undefined;
}

function clientData(clientDataJSON: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Why a passkey was refused is for who runs the server, and only when it looks closely. */
function refused(ctx: Context, error: unknown): undefined {
  ctx.log.debug({ reason: error instanceof Error ? error.message : String(error) }, 'a passkey was refused');
  return undefined;
}
