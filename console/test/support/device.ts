import { newSecurityKey, type SecurityKey } from '../../../server/test/support/security-key.ts';

type Create = { publicKey: PublicKeyCredentialCreationOptions };
type Get = { publicKey: PublicKeyCredentialRequestOptions };

/** What the page of a browser with one device can reach of it. */
export type Device = {
  /** The passkey in the device; another one may be put in. */
  key: SecurityKey;
  /** The person closes what the browser asks. */
  cancels: boolean;
  /** Of which passkeys the page told the device that they open nothing. */
  readonly forgotten: { rpId: string; credentialId: string }[];
};

const text = (bytes: BufferSource) => Buffer.from(bytes as ArrayBuffer).toString('base64url');
const buffer = (value: string) => Uint8Array.from(Buffer.from(value, 'base64url')).buffer;

/** Gives the page `navigator.credentials`, with a key that really signs behind it. */
export function plugIn(): Device {
  const device: Device = { key: newSecurityKey({ synced: false }), cancels: false, forgotten: [] };
  const answer = (made: { id: string; response: Record<string, unknown> }) => ({
    id: made.id,
    rawId: buffer(made.id),
    type: 'public-key',
    authenticatorAttachment: 'platform',
    getClientExtensionResults: () => ({}),
    response: {
      ...Object.fromEntries(Object.entries(made.response).map(([name, value]) => [name, buffer(value as string)])),
      getTransports: () => ['internal'],
    },
  });
  const assertWilling = () => {
    if (device.cancels) throw new DOMException('closed', 'NotAllowedError');
  };
  Object.defineProperty(navigator, 'credentials', {
    configurable: true,
    value: {
      create: async ({ publicKey: { rp, user, challenge, excludeCredentials = [] } }: Create) => {
        assertWilling();
        const known = excludeCredentials.some(({ id }) => text(id) === device.key.id);
        if (known) throw new DOMException('known', 'InvalidStateError');
        const asked = { rp: { id: rp.id ?? '' }, user: { id: text(user.id) }, challenge: text(challenge) };
        const { id, response } = device.key.create(asked);
        const { clientDataJSON, attestationObject } = response;
        return answer({ id, response: { clientDataJSON, attestationObject } });
      },
      get: async ({ publicKey: { rpId = '', challenge } }: Get) => {
        assertWilling();
        return answer(device.key.get({ rpId, challenge: text(challenge) }));
      },
    },
  });
  const signalUnknownCredential = async (about: { rpId: string; credentialId: string }) => {
    device.forgotten.push(about);
  };
  globalThis.PublicKeyCredential = Object.assign(function PublicKeyCredential() {}, {
    isConditionalMediationAvailable: async () => false,
    signalUnknownCredential,
  }) as unknown as typeof PublicKeyCredential;
  return device;
}

/** A browser that knows no passkeys. */
export function unplug(): void {
  Reflect.deleteProperty(globalThis, 'PublicKeyCredential');
}
