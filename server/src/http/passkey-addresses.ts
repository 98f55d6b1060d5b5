import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';

/** What browsers and password managers look for about passkeys. */
export function registerPasskeyAddresses(app: FastifyInstance, { config }: Context): void {
  const manage = `${config.baseUrl}/security/passkeys`;
  // W3C Passkey Endpoints: managers lead people there.
  app.get('/.well-known/passkey-endpoints', async () => ({ enroll: `${manage}?add=1`, manage }));

  // W3C WebAuthn L3 §5.11: whose pages may use passkeys that were made here; 404 while nobody is named.
  app.get('/.well-known/webauthn', async () => {
    if (config.relatedOrigins.length === 0) throw new Failure('COM0404');
    return { origins: config.relatedOrigins };
  });
}
