import { plainCode } from '@warifu/contract';
import { generateSecret, generateURI, NobleCryptoPlugin, ScureBase32Plugin, verifySync } from 'otplib';
import { limits } from '../limits.ts';

const { otp } = limits;

/** A new seed: 160 bits, base32 without padding (RFC 4226 §4 R6). */
export function newSeed(): string {
  return generateSecret({ length: otp.secretBytes, crypto: new NobleCryptoPlugin(), base32: new ScureBase32Plugin() });
}

/** The `otpauth:` URI for authenticators, its defaults written out because some old ones need them. */
export function totpUri(seed: string, { issuer, account }: { issuer: string; account: string }): string {
  const uri = generateURI({ issuer, label: account, secret: seed });
  const url = new URL(uri);
  url.searchParams.set('algorithm', 'SHA1');
  url.searchParams.set('digits', String(otp.digits));
  url.searchParams.set('period', String(otp.stepSeconds));
  return url.toString();
}

/**
 * The time step a code stands for, within one step of now and after the last accepted one (RFC 6238 §5.2, §6);
 * undefined when it fits none.
 * @param lastStep 0 when none was accepted yet
 * @param now milliseconds since 1970
 */
export function matchingStep(seed: string, lastStep: number, now: number, code: string): number | undefined {
  // A clock that went back leaves no step that could still be greater.
  if (lastStep > stepOf(now) + 1) return undefined;
  const result = verifySync({
    secret: seed,
    token: plainCode(code),
    epoch: Math.floor(now / 1000),
    epochTolerance: otp.stepSeconds,
    ...(lastStep > 0 && { afterTimeStep: lastStep }),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/** The time step of an instant. */
export function stepOf(now: number): number {
  return Math.floor(now / 1000 / otp.stepSeconds);
}
