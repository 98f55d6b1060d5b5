import type {
  BodyOf,
  beginPasskey,
  challengePasskey,
  ReplyOf,
  registerPasskey,
  signInWithPasskey,
} from '@warifu/contract';
import { failure } from './failure.ts';

type Request = ReplyOf<typeof challengePasskey>['options'];
type Creation = ReplyOf<typeof beginPasskey>['options'];
export type PasskeyAnswer = BodyOf<typeof signInWithPasskey>['passkey'];
type NewPasskey = BodyOf<typeof registerPasskey>['passkey'];

/** Loaded when a passkey is wanted: most people who open a page do not need it at once. */
const library = () => import('@simplewebauthn/browser');

/** Whether this browser knows passkeys at all. */
export function knowsPasskeys(): boolean {
  return typeof globalThis.PublicKeyCredential === 'function';
}

/**
 * Asks for a passkey: by a dialog of the browser, or while `offered` among what it fills into the field of the user name.
 * @throws Failure PASSKEY_CANCEL when the person, or another request of this page, ended it
 */
export async function askPasskey(options: Request, offered = false): Promise<PasskeyAnswer> {
  const { startAuthentication } = await library();
  const answer = await startAuthentication({ optionsJSON: options, useBrowserAutofill: offered }).catch(ended);
  return answer as PasskeyAnswer;
}

/** Whether the browser can offer passkeys in a field. */
export async function canOfferPasskeys(): Promise<boolean> {
  return knowsPasskeys() && (await (await library()).browserSupportsWebAuthnAutofill());
}

/** Nothing is offered any more. */
export async function stopOffering(): Promise<void> {
  (await library()).WebAuthnAbortService.cancelCeremony();
}

/**
 * Makes a passkey.
 * @throws Failure PASSKEY_CANCEL, or MFA0018 when this device has one for the account
 */
export async function createPasskey(options: Creation): Promise<NewPasskey> {
  const { startRegistration } = await library();
  return (await startRegistration({ optionsJSON: options }).catch(ended)) as NewPasskey;
}

/** Tells the device that a passkey opens nothing any more, where the browser can, so that it is not offered again. */
export async function forgetPasskey(credentialId: string): Promise<void> {
  const { signalUnknownCredential: signal } = (globalThis.PublicKeyCredential ?? {}) as Signals;
  await signal?.call(globalThis.PublicKeyCredential, { rpId: location.hostname, credentialId }).catch(() => undefined);
}

type Signals = { signalUnknownCredential?: (about: { rpId: string; credentialId: string }) => Promise<void> };

function ended(error: unknown): never {
  const name = error instanceof Error ? error.name : '';
  throw failure({ code: name === 'InvalidStateError' ? 'MFA0018' : 'PASSKEY_CANCEL', status: 0 });
}
