import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keys } from './keys.ts';

/**
 * Every column that holds sealed values, with the columns that name its row: nothing can be sealed for another one, so
 * a rotation of the keys forgets none. Hashes of passwords and backup codes are sealed too, in place of a pepper
 * (decision 0026).
 */
export const sealedColumns = {
  authenticator_apps: { column: 'secret', key: ['operator_id', 'user_id', 'factor_id'] },
  backup_code_sets: { column: 'hashes', key: ['operator_id', 'user_id', 'set_id'] },
  deferred_requests: { column: 'payload', key: ['request_id'] },
  recovery_cases: { column: 'code_salt', key: ['operator_id', 'case_id'] },
  outbox: { column: 'content', key: ['operator_id', 'mail_id'] },
  passkeys: { column: 'public_key', key: ['operator_id', 'user_id', 'factor_id'] },
  server_state: { column: 'value', key: ['key'] },
  sign_ups: { column: 'password_hash', key: ['sign_up_id'] },
  users: { column: 'password_hash', key: ['operator_id', 'user_id'] },
} as const;

export type SealedTable = keyof typeof sealedColumns;

/** Where a sealed value lives; it opens nowhere else. */
export type Place = { readonly table: SealedTable; readonly row: readonly string[] };

/** What every sealed value begins with, and those of one key. */
export const sealedMark = 'v1.';
export const markOf = (keyId: string): string => `${sealedMark}${keyId}.`;

/**
 * Encrypts a value for one place: AES-256-GCM, random 96-bit nonce, the place as additional data (R70). The key file is
 * looked at first: after a rotation nothing is sealed with the old key any more.
 * @returns `v1.<key id>.<nonce>.<ciphertext and tag>`, base64url parts
 */
export function seal(keys: Keys, plain: string, place: Place): string {
  keys.refresh();
  const [current] = keys.sealing;
  if (!current) throw new Error('no sealing key');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', current.key, nonce);
  cipher.setAAD(additionalData(place));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${markOf(current.id)}${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

/**
 * Decrypts a sealed value of that very place. A key that is not known may have come into the key file meanwhile.
 * @throws Error when it was altered, moved to another row, or its key is gone
 */
export function unseal(keys: Keys, text: string, place: Place): string {
  const [version, id = '', nonce, sealed] = text.split('.');
  const find = () => keys.sealing.find((candidate) => candidate.id === id)?.key;
  let key = find();
  if (!key && keys.refresh()) key = find();
  if (version !== 'v1' || !key || !nonce || !sealed) throw new Error('sealed value cannot be opened with these keys');
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
  decipher.setAAD(additionalData(place));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
}

function additionalData({ table, row }: Place): Buffer {
  return Buffer.from(JSON.stringify([table, sealedColumns[table].column, ...row]));
}
