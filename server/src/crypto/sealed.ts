import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keys } from './keys.ts';

/** Where a sealed value lives; it opens nowhere else. */
export type Place = { readonly table: string; readonly column: string; readonly row: readonly string[] };

/**
 * Encrypts a value for one place: AES-256-GCM, random 96-bit nonce, the place as additional data (R70).
 * @returns `v1.<key id>.<nonce>.<ciphertext and tag>`, base64url parts
 */
export function seal(keys: Keys, plain: string, place: Place): string {
  const [current] = keys.sealing;
  if (!current) throw new Error('no sealing key');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', current.key, nonce);
  cipher.setAAD(additionalData(place));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${current.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

/**
 * Decrypts a sealed value of that very place.
 * @throws Error when it was altered, moved to another row, or its key is gone
 */
export function unseal(keys: Keys, text: string, place: Place): string {
  const [version, id, nonce, sealed] = text.split('.');
  const key = keys.sealing.find((candidate) => candidate.id === id)?.key;
  if (version !== 'v1' || !key || !nonce || !sealed) throw new Error('sealed value cannot be opened with these keys');
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
  decipher.setAAD(additionalData(place));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
}

function additionalData(place: Place): Buffer {
  return Buffer.from(JSON.stringify([place.table, place.column, ...place.row]));
}
