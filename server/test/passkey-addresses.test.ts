import { describe, expect, it } from 'vitest';
import { newBrowser } from './support/browser.ts';
import { register, signInAlone } from './support/passkeys.ts';
import { newRoot, signIn } from './support/people.ts';
import { newSecurityKey } from './support/security-key.ts';
import { startTestServer } from './support/server.ts';

describe('what is known of passkeys by address', () => {
  it('names its pages, and the origins that may use its passkeys, when there are any', async () => {
    const origin = 'https://login.example.org';
    const server = await startTestServer('sqlite', { WARIFU_RELATED_ORIGINS: origin });
    const get = async (url: string) => (await server.app.inject({ url, headers: { host: 'localhost:8787' } })).json();
    expect(await get('/.well-known/passkey-endpoints')).toEqual({
      enroll: 'http://localhost:8787/security/passkeys?add=1',
      manage: 'http://localhost:8787/security/passkeys',
    });
    expect(await get('/.well-known/webauthn')).toEqual({ origins: [origin] });
    const root = await newRoot(server);
    const key = newSecurityKey();
    await register(server, await signIn(server, root), key);
    expect((await signInAlone(newBrowser(server), key, { origin })).status).toBe(200);
    expect((await signInAlone(newBrowser(server), key, { origin: `${origin}:8443` })).body.code).toBe('MFA0013');
    await server.stop();
  });

  it('names no origins while there are none', async () => {
    const server = await startTestServer('sqlite');
    const answer = await server.app.inject({ url: '/.well-known/webauthn', headers: { host: 'localhost:8787' } });
    expect(answer.statusCode).toBe(404);
    await server.stop();
  });
});
