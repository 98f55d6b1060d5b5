import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { registerAuditRoutes } from './audit/routes.ts';
import type { Context } from './context.ts';
import { publicKeySet } from './crypto/api-token.ts';
import { newId } from './crypto/tokens.ts';
import { registerMfaRoutes } from './factors/routes.ts';
import { Failure } from './failure.ts';
import { registerCatalogueRoutes } from './gate/catalogue/routes.ts';
import { registerForwardRoutes } from './gate/forward/routes.ts';
import { registerGateRoutes } from './gate/routes.ts';
import { registerApiPages } from './http/api-pages.ts';
import { addBodyParsers, forgetIgnoredType } from './http/bodies.ts';
import { crossSiteCheck } from './http/browser.ts';
import { FastPath } from './http/fast-path/fast-path.ts';
import { noRouteFor, watchMethods } from './http/methods.ts';
import { registerPages } from './http/pages.ts';
import { registerPasskeyAddresses } from './http/passkey-addresses.ts';
import { sendProblem } from './http/problem.ts';
import { requestLog } from './http/request-log.ts';
import { both, countTime, timeRoutes, traceTo } from './http/request-times.ts';
import { type IdentifiedRequest, SecureResponse } from './http/security-headers.ts';
import { registerSecurityText } from './http/security-text.ts';
import { endSockets, limitSockets } from './http/sockets.ts';
import { hostCheck, hostOf, internalHostCheck, sourceIpReader } from './http/source-ip.ts';
import { answerOddRequests, answerUnreadable } from './http/unreadable.ts';
import { limits } from './limits.ts';
import { registerMailPreview } from './mail/routes.ts';
import { registerMetrics } from './metrics/routes.ts';
import { registerOperatorRoutes } from './operators/routes.ts';
import { registerPermissionRoutes } from './permissions/routes.ts';
import { createReadiness } from './readiness.ts';
import { registerRecoveryRoutes } from './recovery/routes.ts';
import { registerRoleRoutes } from './roles/routes.ts';
import { registerSandboxRoutes } from './sandbox/routes.ts';
import { registerSessionRoutes } from './sessions/routes.ts';
import { registerSignInRoutes } from './sign-in/routes.ts';
import type { Traces } from './traces/note.ts';
import { registerUserRoutes } from './users/routes.ts';
import { wayOf } from './way.ts';
import { registerWaysBackRoutes } from './ways-back/routes.ts';

/** Builds the HTTP side of a server; the caller listens. */
export async function buildApp(ctx: Context, consoleDist: string, traces?: Traces): Promise<FastifyInstance> {
  const { http } = limits;
  const sourceIp = sourceIpReader(ctx.config.trustedProxies, (proxy, said) =>
    ctx.log.warn({ proxy, said }, 'this proxy names no address that can be read: sources are unknown'),
  );
  const routes = ctx.counts.routes ?? (traces && []);
  const log = [requestLog(ctx, sourceIp), ctx.counts.routes && countTime, traces && traceTo(traces, ctx.config)].reduce(
    both,
  );
  const app: FastifyInstance = Fastify({
    logController: new LogController({ disableRequestLogging: true }),
    // With a logger of its own it would listen to the end of every answer; who logs names the request.
    childLoggerFactory: () => ctx.log as FastifyBaseLogger,
    genReqId: (request: IdentifiedRequest) => {
      request.log = log;
      request.begun = performance.now();
      return (request.requestId = newId());
    },
    requestIdHeader: false,
    bodyLimit: http.bodyBytes,
    keepAliveTimeout: http.idleSocket,
    requestTimeout: http.bodyTime,
    forceCloseConnections: 'idle',
    // Longer names are refused by their rule, not as a path that is not there.
    routerOptions: { maxParamLength: http.headerBytes },
    http: {
      maxHeaderSize: http.headerBytes,
      headersTimeout: http.headerTime,
      connectionsCheckingInterval: http.socketCheck,
      requireHostHeader: false,
      ServerResponse: SecureResponse,
    },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(ctx, request, reply, error);
    },
    clientErrorHandler: (error, socket) => answerUnreadable(app, error, socket),
    return503OnClosing: false,
  });
  const fastPath = new FastPath(ctx, log);
  app.decorate('warifu', { ctx, sourceIp, bindings: [], methodsOf: watchMethods(app), fastPath });
  const stopFastPath = fastPath.readConnections(app);
  app.addHook('preClose', async () => stopFastPath());
  if (routes) timeRoutes(app, routes);
  answerOddRequests(app);
  limitSockets(app.server, ctx.config.trustedProxies);
  const stopSockets = endSockets(app.server);
  app.addHook('preClose', async () => stopSockets());
  addBodyParsers(app);
  addDoorChecks(app, ctx);
  app.setErrorHandler((error, request, reply) => sendProblem(ctx, request, reply, error));

  registerSignInRoutes(app);
  registerSessionRoutes(app);
  registerOperatorRoutes(app);
  registerMfaRoutes(app);
  registerRecoveryRoutes(app);
  registerUserRoutes(app);
  registerWaysBackRoutes(app);
  registerRoleRoutes(app);
  registerPermissionRoutes(app);
  registerAuditRoutes(app);
  registerGateRoutes(app);
  registerForwardRoutes(app);
  registerCatalogueRoutes(app);
  if (ctx.config.sandbox) registerSandboxRoutes(app);
  registerApiPages(app);
  registerHealth(app, ctx);
  registerSecurityText(app, ctx);
  registerPasskeyAddresses(app, ctx);
  if (ctx.config.mailPreview) registerMailPreview(app, ctx);
  registerMetrics(app, ctx);
  const missingPage = await registerPages(app, consoleDist);
  app.setNotFoundHandler((request, reply) => {
    const page = missingPage?.(request, reply);
    return page === undefined ? sendProblem(ctx, request, reply, noRoute(request)) : reply.send(page);
  });
  return app;
}

/** What every request passes before anything is read of it. */
function addDoorChecks(app: FastifyInstance, ctx: Context): void {
  const isOwnHost = hostCheck(ctx.config.baseUrl);
  const isInternal = internalHostCheck(ctx.config.internalHosts);
  const assertSameSite = crossSiteCheck(ctx);
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  const check = (request: FastifyRequest) => {
    assertVersion(request);
    const probe = /^\/(healthz|readyz)(\?|$)/.test(request.url);
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0') throw noHost();
    // SECURITY: another host name is a rebound or forged one; links never come from it either (R49).
    const host = hostOf(request.raw);
    // What a proxy asks about is of other hosts and sites; its answers make sure who asks.
    const { ofProxy = false } = request.routeOptions.config;
    if (!probe && !ofProxy && !isOwnHost(host)) {
      if (!isInternal(host, request.routeOptions.url)) throw new Failure('COM0421');
      // SECURITY: no cookie counts there, so no browser is signed in there.
      delete request.raw.headers.cookie;
    }
    if (!ofProxy) assertSameSite(request);
    forgetIgnoredType(request);
    // Nothing is read of a request that goes nowhere; a page may stand for what a browser does not find.
    if (request.is404 && request.method !== 'GET') throw noRoute(request);
    if (closing) throw new Failure('COM0503');
  };
  app.addHook('onRequest', (request, _, done) => {
    try {
      check(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** A request line without a version is HTTP/0.9, which has no headers and so no host to check. */
function assertVersion({ raw }: FastifyRequest): void {
  if (raw.httpVersionMajor >= 1) return;
  throw new Failure('COM0001', {
    field: 'request line',
    reason: { en: 'has no HTTP version', ja: 'HTTP のバージョンがありません。' },
  });
}

/** RFC 9112 §3.2: without one, HTTP/1.1 is a bad request, whatever is asked for. */
function noHost(): Failure {
  return new Failure('COM0001', { field: 'Host', reason: { en: 'is missing', ja: '入力してください。' } });
}

function noRoute({ method, url, server }: FastifyRequest): Failure {
  return noRouteFor(method, url, server.warifu.methodsOf);
}

function registerHealth(app: FastifyInstance, ctx: Context): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  const readiness = createReadiness(ctx);
  app.get('/readyz', async ({ query, raw }, reply) => {
    const checks = await readiness();
    const failed = checks.find(({ ok }) => !ok);
    reply.code(failed ? 503 : 200);
    const more = 'verbose' in (query as object) ? { checks, ...wayOf(ctx, raw, app.warifu.sourceIp(raw)) } : {};
    return { status: failed ? 'not ready' : 'ready', ...(failed && { reason: failed.reason }), ...more };
  });
  app.get('/.well-known/jwks.json', async (_, reply) => {
    reply.header('cache-control', 'max-age=300');
    return publicKeySet(ctx.keys, ctx.now());
  });
}
