import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const up = 0x01;
const uv = 0x04;
const be = 0x08;
const bs = 0x10;
const at = 0x40;

export type Twist = {
  readonly type?: string;
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly clientData?: Record<string, unknown>;
  /** Flags that are switched over. */
  readonly flags?: number;
  readonly signCount?: number;
  readonly userHandle?: string | undefined;
  readonly id?: string;
  readonly alg?: number;
  /** Makes the format and the statement of an attestation. */
  readonly attest?: (made: Made) => readonly [format: string, statement: Map<string, unknown>];
};

/** What an attestation signs: authenticator data, hash of the client data, ID and public key, by the new key itself. */
export type Made = {
  readonly data: Buffer;
  readonly clientHash: Buffer;
  readonly id: Buffer;
  readonly point: Buffer;
  readonly sign: (bytes: Buffer) => Buffer;
};

export const flags = { up, uv, be, bs };

type Creation = {
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly challenge: string;
};
type Request = { readonly rpId: string; readonly challenge: string };

const b64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();

/** CBOR (RFC 8949) of what is needed here: integers, bytes, texts, lists and maps. */
function cbor(value: number | string | Buffer | Buffer[] | Map<number | string, unknown>): Buffer {
  const head = (major: number, count: number) => {
    if (count < 24) return Buffer.from([(major << 5) | count]);
    if (count < 256) return Buffer.from([(major << 5) | 24, count]);
    return Buffer.from([(major << 5) | 25, count >> 8, count & 255]);
  };
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const members = [...value].flatMap(([key, member]) => [cbor(key), cbor(member as string)]);
  return Buffer.concat([head(5, value.size), ...members]);
}

/**
 * A device that keeps one passkey, with a real P-256 key: what it makes is what a browser would send. A test twists one
 * thing at a time.
 * @param options `synced`: kept in step between devices; `verifies`: asks its owner for a PIN; `counts`: from which number
 */
export function newSecurityKey(
  options: { synced?: boolean; verifies?: boolean; counts?: number; origin?: string; aaguid?: string } = {},
) {
  const { synced = true, verifies = true, counts = 0, origin = 'http://localhost:8787' } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(32);
  const own = up | (verifies ? uv : 0) | (synced ? be | bs : 0);
  let signCount = counts;
  let userHandle: string | undefined;

  const clientData = (type: string, challenge: string, twist: Twist) =>
    Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? challenge,
        origin: twist.origin ?? origin,
        crossOrigin: false,
        ...twist.clientData,
      }),
    );
  const authData = (rpId: string, base: number, twist: Twist, attested = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5);
    head[0] = base ^ (twist.flags ?? 0);
    head.writeUInt32BE(twist.signCount ?? signCount, 1);
    return Buffer.concat([sha256(twist.rpId ?? rpId), head, attested]);
  };

  return {
    id: b64(id),
    /** What `navigator.credentials.create()` would answer. */
    create: (request: Creation, twist: Twist = {}) => {
      userHandle = request.user.id;
      const cose = new Map<number, unknown>([
        [1, 2],
        [3, twist.alg ?? -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]);
      const length = Buffer.from([id.length >> 8, id.length & 255]);
      const aaguid = Buffer.from((options.aaguid ?? '').replaceAll('-', '').padEnd(32, '0'), 'hex');
      const attested = Buffer.concat([aaguid, length, id, cbor(cose)]);
      const data = authData(request.rp.id, own | at, twist, attested);
      const client = clientData('webauthn.create', request.challenge, twist);
      const point = Buffer.concat([Buffer.from([4]), ...[x, y].map((half) => Buffer.from(half, 'base64url'))]);
      const made = {
        data,
        clientHash: sha256(client),
        id,
        point,
        sign: (bytes: Buffer) => sign('sha256', bytes, privateKey),
      };
      const [format, statement] = twist.attest?.(made) ?? ['none', new Map()];
      const attestation = new Map<string, unknown>([
        ['fmt', format],
        ['attStmt', statement],
        ['authData', data],
      ]);
      return {
        id: twist.id ?? b64(id),
        rawId: twist.id ?? b64(id),
        type: 'public-key',
        response: {
          clientDataJSON: b64(client),
          attestationObject: b64(cbor(attestation)),
          transports: ['internal'],
        },
        clientExtensionResults: {},
      };
    },
    /** What `navigator.credentials.get()` would answer. */
    get: (request: Request, twist: Twist = {}) => {
      if (counts > 0) signCount++;
      const client = clientData('webauthn.get', request.challenge, twist);
      const data = authData(request.rpId, own, twist);
      const handle = 'userHandle' in twist ? twist.userHandle : userHandle;
      return {
        id: twist.id ?? b64(id),
        rawId: twist.id ?? b64(id),
        type: 'public-key',
        response: {
          clientDataJSON: b64(client),
          authenticatorData: b64(data),
          signature: b64(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
          ...(handle !== undefined && { userHandle: handle }),
        },
        clientExtensionResults: {},
      };
    },
  };
}

export type SecurityKey = ReturnType<typeof newSecurityKey>;
