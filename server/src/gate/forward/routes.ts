import { signInToHost } from '@warifu/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { causeOf } from '../../change/cause.ts';
import { type Soon, whenThere } from '../../db/reads.ts';
import { Failure } from '../../failure.ts';
import { answerProxies, type Told } from '../../http/forward-auth.ts';
import { headerCredentials, signedIn } from '../../http/guards.ts';
import { handle } from '../../http/handle.ts';
import { requestInfoOf } from '../../http/request-info.ts';
import type { IdentifiedRequest } from '../../http/security-headers.ts';
import { peerReader } from '../../http/source-ip.ts';
import { findSession, type Session } from '../../sessions/live.ts';
import { answerOwnPath, isForBrowsers, isFromElsewhere, wayOutOf } from './browser.ts';
import { readGateCookie } from './cookies.ts';
import { refusalOf } from './decide.ts';
import { identityHeaders } from './identity-headers.ts';
import { extAuthzPrefix, type Kind, type Original, readOriginal } from './original.ts';
import { ownPaths } from './own-paths.ts';
import { findEntered, handOver } from './sign-in.ts';

/** What proxies ask in front of guarded programs: whether to let a request by, and who sends it. */
export function registerForwardRoutes(app: FastifyInstance): void {
  const { ctx, sourceIp } = app.warifu;
  const peerOf = peerReader(ctx.config.trustedProxies);

  const answer = (kind: Kind, request: FastifyRequest): Soon<Told> => {
    // SECURITY: everything that is asked about is what the peer says.
    if (!peerOf(request.raw.socket).isProxy) throw new Failure('AUM0063');
    const original = readOriginal(kind, request.raw);
    if (original.path.startsWith(ownPaths)) {
      const cause = (operation: string) => causeOf(ctx, requestInfoOf(request, operation));
      return answerOwnPath(cause, ctx, original, request.headers);
    }
    const program = headerCredentials(request);
    const opened = program ? findSession(ctx, 'api', program) : enteredBy(request, original);
    return whenThere(opened, (session) => {
      const judging = session ? judged(request, session, original) : new Failure('AUM0001');
      return whenThere(judging, (told): Told => {
        if (!(told instanceof Failure)) return told;
        const way = program ? undefined : wayOutOf(ctx, original, request.headers, told);
        if (way) return way;
        throw told;
      });
    });
  };

  const judged = ({ raw }: FastifyRequest, session: Session, original: Original): Soon<Told | Failure> => {
    (raw as IdentifiedRequest).caller = session;
    return whenThere(refusalOf(ctx, session, original, sourceIp(raw)), (refusal): Soon<Told | Failure> => {
      if (refusal) return refusal;
      return whenThere(identityHeaders(ctx, session, original.host), (allowed) => ({ allowed }));
    });
  };

  const enteredBy = ({ headers }: FastifyRequest, original: Original): Soon<Session | undefined> => {
    const token = isForBrowsers(ctx, original) ? readGateCookie(original, headers.cookie) : undefined;
    if (token === undefined) return undefined;
    if (isFromElsewhere(original, headers)) throw new Failure('AUM0064');
    return findEntered(ctx, original, token);
  };

  const doors: [Kind, string][] = [
    ['auth-request', '/api/authz/auth-request'],
    ['forward-auth', '/api/authz/forward-auth'],
    ['ext-authz', `${extAuthzPrefix}/*`],
  ];
  for (const [kind, url] of doors) {
    answerProxies(app, { url, twoRefusals: kind === 'auth-request' }, (request) => answer(kind, request));
  }

  handle(app, signInToHost, signedIn, async ({ caller, cause, body }) => {
    return { location: await handOver(cause, caller, body.returnTo, body.state) };
  });
}
