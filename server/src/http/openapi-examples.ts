import { type ErrorCode, errorMessage, errorTable } from '@warifu/contract';
import type { Schema } from './openapi-schemas.ts';

const permission = '{"statements":[{"effect":"allow","api":"User:getUser"}]}';
const principal = 'srn:soracom:OP0123456789::User:hana';
const trustPolicy = `{"statements":[{"effect":"allow","principal":{"soracom":"${principal}"}}]}`;
const token = 'eyJhbGciOiJFZERTQSJ9.eyJvcGVyYXRvciI6e319.c2ln';

/** What stands for a member in examples; a time is told by its name, the rest by its type. */
const values: Record<string, unknown> = {
  email: 'root@example.com',
  password: 'pebble harbour quilt 41',
  currentPassword: 'pebble harbour quilt 41',
  newPassword: 'lantern meadow orbit 27',
  operatorId: 'OP0123456789',
  rootOperatorId: 'OP0123456789',
  operator_id: 'OP0123456789',
  userName: 'hana',
  user_name: 'hana',
  apiKey: 'api-0b0f5c1e-7a52-4b60-9f0e-3a1f6f1d2c11',
  token,
  authKeyId: 'keyId-abcdefghijklmnopqrstuvwxyzABCDEF',
  auth_key_id: 'keyId-abcdefghijklmnopqrstuvwxyzABCDEF',
  authKey: 'secret-from-the-answer-that-made-it',
  mfaOTPCode: '123456',
  backupCode: 'A2B3C4DY',
  backupCodes: ['A2B3C4DY', 'E6F7G2HT', 'J4K5W6MC', 'N2P3Q4RV', 'S6T7U2VQ'],
  totpUri: 'otpauth://totp/Warifu:hana?secret=JBSWY3DPEHPK3PXP&issuer=Warifu',
  roleId: 'support-desk',
  roleName: 'support-desk',
  role_id: 'support-desk',
  description: 'Support desk',
  permission,
  permissions: permission,
  defaultPermissions: permission,
  draft: permission,
  trustPolicy,
  principal,
  api: 'User:getUser',
  apiKind: 'User:getUser',
  api_kind: 'User:getUser',
  createDate: '2026-11-01T00:00:00.000Z',
  updateDate: '2026-11-01T00:00:00.000Z',
  remoteIpAddress: '192.0.2.10',
  sourceIp: '192.0.2.10',
  requestPath: '/v1/operators/OP0123456789/users/hana',
  httpMethod: 'GET',
  statusCode: 200,
  last_evaluated_key: '1234',
  signInId: '1234',
  tokenTimeoutSeconds: 3600,
  pathVariables: { user_name: 'hana' },
  queryParameters: {},
  returnTo: 'https://shop.example.com/orders',
  state: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
  location: 'https://shop.example.com/.warifu/callback?code=…',
};

const at = Date.UTC(2026, 10, 1);

/** A value that fits a schema; `name` is the member's, or the operation's for a whole body. */
export function exampleOf(schema: Schema, name: string): unknown {
  const { type, properties } = schema;
  // The explanation of a statement has a list under the name of its text.
  if (name in values && typeOf(values[name]) === type) return values[name];
  if (schema.enum) return schema.enum[0];
  if (type === 'array') return [exampleOf(schema.items ?? {}, '')];
  if (type === 'object') {
    return Object.fromEntries(Object.entries(properties ?? {}).map(([key, member]) => [key, exampleOf(member, key)]));
  }
  if (type === 'boolean') return true;
  if (type !== 'integer') return 'text';
  if (/DateTime$/.test(name)) return at / 1000;
  return /(At|Until|EpochMs|epoch_ms|Time|^at)$/.test(name) ? at : Math.max(1, schema.minimum ?? 1);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'integer' : typeof value;
}

/** An error as it may come. */
export function exampleError(code: ErrorCode) {
  return {
    code,
    message: errorMessage(code, 'en', { mediaType: 'application/json' }),
    status: errorTable[code].status,
  };
}
