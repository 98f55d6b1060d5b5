import { createHmac, hash, randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';

/** A new secret of 256 bits, base64url (R51). */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What a passkey's device knows a user by: 64 random bytes, base64url (R36). */
export function newUserHandle(): string {
  return randomBytes(64).toString('base64url');
}

/** A new identifier that is not a secret. */
export function newId(): string {
  return randomUUID();
}

/** `OP` and ten digits; the caller checks that it is free. */
export function newOperatorId(): string {
  const digits = Array.from({ length: 10 }, () => randomInt(10)).join('');
  return `OP${digits}`;
}

/** What is stored of a secret with full entropy: its SHA-256, base64url. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Keyed hash, base64url. */
export function keyedHash(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares two secrets without telling by time where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A string of `length` symbols of an alphabet, each equally likely (`randomInt` rejects the biased range). */
export function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** A whole number from 0 up to and without `end`, that nobody can foresee. */
export function randomBelow(end: number): number {
  return randomInt(end);
}
