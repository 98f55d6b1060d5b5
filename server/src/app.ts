import fastifyCookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { registerAuditRoutes } from './audit/routes.ts';
import { isLoopback } from './config.ts';
import type { Context } from './context.ts';
import { publicKeySet } from './crypto/api-token.ts';
import { newId } from './crypto/tokens.ts';
import { isReady } from './db/database.ts';
import { registerMfaRoutes } from './factors/routes.ts';
import { Failure } from './failure.ts';
import { registerApiPages } from './http/api-pages.ts';
import { crossSiteCheck } from './http/browser.ts';
import { readSessionCookie } from './http/cookies.ts';
import { parseJsonBody } from './http/json-body.ts';
import { registerPages } from './http/pages.ts';
import { sendProblem } from './http/problem.ts';
import { addSecurityHeaders, setSecurityHeaders } from './http/security-headers.ts';
import { limitSockets } from './http/sockets.ts';
import { hostCheck, hostOf, sourceIpReader } from './http/source-ip.ts';
import { limits } from './limits.ts';
import { registerMailPreview } from './mail/routes.ts';
import { registerOperatorRoutes } from './operators/routes.ts';
import { registerPermissionRoutes } from './permissions/routes.ts';
import { registerRecoveryRoutes } from './recovery/routes.ts';
import { registerRoleRoutes } from './roles/routes.ts';
import { registerSessionRoutes } from './sessions/routes.ts';
import { registerSignInRoutes } from './sign-in/routes.ts';
import { registerUserRoutes } from './users/routes.ts';

/** Builds the HTTP side of a server; the caller listens. */
export async function buildApp(ctx: Context, consoleDist: string): Promise<FastifyInstance> {
  const { http } = limits;
  const app: FastifyInstance = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    requestIdHeader: false,
    bodyLimit: http.bodyBytes,
    keepAliveTimeout: http.idleSocket,
    requestTimeout: http.bodyTime,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    http: { maxHeaderSize: http.headerBytes, headersTimeout: http.headerTime },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(ctx, request, setSecurityHeaders(request, reply), error);
    },
  });
  const sourceIp = sourceIpReader(ctx.config.trustedProxies, (proxy, said) =>
    ctx.log.warn({ proxy, said }, 'this proxy names no address that can be read: sources are unknown'),
  );
  app.decorate('warifu', { ctx, sourceIp, bindings: [] });
  limitSockets(app.server, ctx.config.trustedProxies);
  await app.register(fastifyCookie);
  addSecurityHeaders(app);
  addBodyParsers(app);
  addDoorChecks(app, ctx);
  app.setErrorHandler((error, request, reply) => sendProblem(ctx, request, reply, error));

  registerSignInRoutes(app);
  registerSessionRoutes(app);
  registerOperatorRoutes(app);
  registerMfaRoutes(app);
  registerRecoveryRoutes(app);
  registerUserRoutes(app);
  registerRoleRoutes(app);
  registerPermissionRoutes(app);
  registerAuditRoutes(app);
  registerApiPages(app);
  registerHealth(app, ctx);
  if (!ctx.config.smtpUrl && isLoopback(ctx.config.host)) registerMailPreview(app, ctx);
  const missingPage = await registerPages(app, consoleDist);
  app.setNotFoundHandler((request, reply) => {
    const page = missingPage?.(request, reply);
    return page === undefined ? sendProblem(ctx, request, reply, new Failure('COM0404')) : reply.send(page);
  });
  return app;
}

/** JSON is the only body; it is parsed strictly, whatever the spelling of its type. */
function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = (request: FastifyRequest, bytes: Buffer) => {
    if (bytes.length === 0) return undefined;
    assertPlain(request);
    return parseJsonBody(decode(bytes));
  };
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) =>
    parse(request, bytes),
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
    if (bytes.length === 0) return undefined;
    const untyped = request.headers['content-type'] === undefined && request.routeOptions.config.untypedBody;
    if (!untyped || readSessionCookie(request) !== undefined) throw new Failure('COM0415');
    return parse(request, bytes);
  });
}

/** A body that says it is compressed is not what it looks like, even when it can be read (RFC 9110 §8.4). */
function assertPlain({ headers }: FastifyRequest): void {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (encodings.some((name) => name !== '' && name !== 'identity')) throw new Failure('COM0415');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are not UTF-8 are refused: replaced silently, they would store something that nobody sent. */
function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Failure('COM0001', { field: 'body', reason: { en: 'is not UTF-8', ja: 'UTF-8 で送信してください。' } });
  }
}

/** What every request passes before anything is read of it. */
function addDoorChecks(app: FastifyInstance, ctx: Context): void {
  const isOwnHost = hostCheck(ctx.config.baseUrl);
  const assertSameSite = crossSiteCheck(ctx);
  app.addHook('onRequest', async (request) => {
    assertVersion(request);
    const probe = request.url === '/healthz' || request.url === '/readyz';
    // SECURITY: another host name is a rebound or forged one; links never come from it either (R49).
    if (!probe && !isOwnHost(hostOf(request.raw))) throw new Failure('COM0421');
    assertSameSite(request);
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

function registerHealth(app: FastifyInstance, ctx: Context): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_, reply) => {
    const ready = await isReady(ctx.db);
    reply.code(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready' };
  });
  app.get('/.well-known/jwks.json', async (_, reply) => {
    reply.header('cache-control', 'max-age=300');
    return await publicKeySet(ctx.keys);
  });
}
