import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../failure.ts';
import { answerProxies, type Told } from '../../http/forward-auth.ts';
import { headerCredentials } from '../../http/guards.ts';
import type { IdentifiedRequest } from '../../http/security-headers.ts';
import { peerReader } from '../../http/source-ip.ts';
import { findSession } from '../../sessions/live.ts';
import { assertAllowed } from './decide.ts';
import { identityHeaders } from './identity-headers.ts';
import { extAuthzPrefix, type Kind, readOriginal } from './original.ts';

/** What proxies ask in front of guarded programs: whether to let a request by, and who sends it. */
export function registerForwardRoutes(app: FastifyInstance): void {
  const { ctx, sourceIp } = app.warifu;
  const peerOf = peerReader(ctx.config.trustedProxies);

  const answer = async (kind: Kind, request: FastifyRequest): Promise<Told> => {
    // SECURITY: everything that is asked about is what the peer says.
    if (!peerOf(request.raw.socket).isProxy) throw new Failure('AUM0063');
    const original = readOriginal(kind, request.raw);
    const program = headerCredentials(request);
    const session = program && (await findSession(ctx, 'api', program.token, program.apiKey));
    if (!session) throw new Failure('AUM0001');
    (request.raw as IdentifiedRequest).caller = session;
    await assertAllowed(ctx, session, original, sourceIp(request.raw));
    return { allowed: await identityHeaders(ctx, session, original.host) };
  };

  const doors: [Kind, string][] = [
    ['auth-request', '/api/authz/auth-request'],
    ['forward-auth', '/api/authz/forward-auth'],
    ['ext-authz', `${extAuthzPrefix}/*`],
  ];
  for (const [kind, url] of doors) {
    answerProxies(app, { url, twoRefusals: kind === 'auth-request' }, (request) => answer(kind, request));
  }
}
