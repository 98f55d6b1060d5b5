import { signInToHost } from '@warifu/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { causeOf } from '../../change/cause.ts';
import { type Soon, whenThere } from '../../db/reads.ts';
import { Failure } from '../../failure.ts';
import type { PlainRequest } from '../../http/fast-path/plain-request.ts';
import { type Allowed, allowAtOnce, answerProxies, type Told } from '../../http/forward-auth.ts';
import { headerCredentials, signedIn } from '../../http/guards.ts';
import { handle } from '../../http/handle.ts';
import { requestInfoOf } from '../../http/request-info.ts';
import type { Identified } from '../../http/security-headers.ts';
import { peerReader } from '../../http/source-ip.ts';
import { findSession, type Session } from '../../sessions/live.ts';
import type { Decided } from '../check.ts';
import { answerOwnPath, isForBrowsers, isFromElsewhere, wayOutOf } from './browser.ts';
import { readGateCookie } from './cookies.ts';
import { decideOriginal, failureOf } from './decide.ts';
import { identityHeaders } from './identity-headers.ts';
import { extAuthzPrefix, type Kind, type Original, readOriginal } from './original.ts';
import { ownPaths } from './own-paths.ts';
import { findEntered, handOver } from './sign-in.ts';

/** What proxies ask in front of guarded programs: whether to let a request by, and who sends it. */
export function registerForwardRoutes(app: FastifyInstance): void {
  const { ctx, sourceIp } = app.warifu;
  const peerOf = peerReader(ctx.config.trustedProxies);

  const askedOf = (kind: Kind, raw: Identified): Original => {
    // SECURITY: everything that is asked about is what the peer says.
    if (!peerOf(raw.socket).isProxy) throw new Failure('AUM0063');
    return readOriginal(kind, raw);
  };

  const openedBy = (raw: Identified, original: Original): Soon<Session | undefined> => {
    const program = headerCredentials(raw);
    return program ? findSession(ctx, 'api', program) : enteredBy(raw, original);
  };

  const enteredBy = ({ headers }: Identified, original: Original): Soon<Session | undefined> => {
    if (!isForBrowsers(ctx, original)) return undefined;
    // Also without a cookie: so it shows from outside whether the proxy tells where a request comes from.
    if (isFromElsewhere(original, headers)) throw new Failure('AUM0064');
    const token = readGateCookie(original, headers.cookie);
    return token === undefined ? undefined : findEntered(ctx, original, token);
  };

  const decided = (raw: Identified, session: Session, original: Original): Soon<Decided> => {
    raw.caller = session;
    return decideOriginal(ctx, session, original, sourceIp(raw));
  };

  const allowed = (session: Session, { host }: Original): Soon<Allowed> => {
    ctx.counts.decisions.allow++;
    return whenThere(identityHeaders(ctx, session, host), (headers) => ({ allowed: headers }));
  };

  const refused = async (session: Session, decision: Decided): Promise<Failure> => {
    ctx.counts.decisions.deny++;
    return await failureOf(ctx, session, decision);
  };

  const answer = (kind: Kind, request: FastifyRequest): Soon<Told> => {
    const { raw } = request;
    const original = askedOf(kind, raw);
    if (original.path.startsWith(ownPaths)) {
      const cause = (operation: string) => causeOf(ctx, requestInfoOf(request, operation));
      return answerOwnPath(cause, ctx, original, raw.headers);
    }
    const told = (failure: Failure): Told => {
      const way = headerCredentials(raw) ? undefined : wayOutOf(ctx, original, raw.headers, failure);
      if (way) return way;
      throw failure;
    };
    return whenThere(openedBy(raw, original), (session) => {
      if (!session) return told(new Failure('AUM0001'));
      return whenThere(decided(raw, session, original), (decision) =>
        decision.decision === 'allow' ? allowed(session, original) : refused(session, decision).then(told),
      );
    });
  };

  /** Only who may pass: whoever is sent elsewhere or refused takes longer. */
  const answerAtOnce = (kind: Kind, request: PlainRequest): Soon<Allowed | undefined> => {
    const original = askedOf(kind, request);
    if (original.path.startsWith(ownPaths)) return undefined;
    return whenThere(openedBy(request, original), (session) => {
      if (!session) return undefined;
      return whenThere(decided(request, session, original), ({ decision }) =>
        decision === 'allow' ? allowed(session, original) : undefined,
      );
    });
  };

  const doors: [Kind, string][] = [
    ['auth-request', '/api/authz/auth-request'],
    ['forward-auth', '/api/authz/forward-auth'],
    ['ext-authz', `${extAuthzPrefix}/*`],
  ];
  for (const [kind, url] of doors) {
    // Envoy asks at as many paths as there are.
    if (kind !== 'ext-authz') allowAtOnce(app, url, (request) => answerAtOnce(kind, request));
    answerProxies(app, { url, twoRefusals: kind === 'auth-request' }, (request) => answer(kind, request));
  }

  handle(app, signInToHost, signedIn, async ({ caller, cause, body }) => {
    return { location: await handOver(cause, caller, body.returnTo, body.state) };
  });
}
