import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../config/config.ts';
import type { Context } from '../context.ts';
import { newSecret } from '../crypto/tokens.ts';
import { Failure } from '../failure.ts';
import { languageOf } from '../http/problem.ts';
import { findPreview, listPage, listPreviews, mailPage, type PageSettings, type PreviewMail } from './preview.ts';

/** A proxy in front of this server says so with one of these. */
const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Shows the mails of the outbox to a person at this computer. Register it only when no SMTP server is set and the
 * server listens on loopback.
 */
export function registerMailPreview(app: FastifyInstance, ctx: Context): void {
  app.get('/mail-preview', async (request, reply) => {
    assertAtThisComputer(ctx, request);
    return listPage(ctx, preparePage(ctx, request, reply), await listPreviews(ctx));
  });
  app.get<{ Params: { mailId: string } }>('/mail-preview/:mailId', async (request, reply) => {
    assertAtThisComputer(ctx, request);
    const mail = await existing(ctx, request.params.mailId);
    return mailPage(ctx, preparePage(ctx, request, reply), mail);
  });
  app.get<{ Params: { mailId: string } }>('/mail-preview/:mailId/html', async (request, reply) => {
    assertAtThisComputer(ctx, request);
    const mail = await existing(ctx, request.params.mailId);
    answer(reply, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox");
    return mail.html;
  });
}

/**
 * SECURITY: mails hold live links. A proxy on this machine makes everybody's requests come from loopback, so there
 * must be no trace of one, and a base URL that others can reach means that there is one.
 */
function assertAtThisComputer(ctx: Context, request: FastifyRequest): void {
  const direct = isLoopback(request.socket.remoteAddress ?? '');
  const proxied = proxyHeaders.some((name) => request.headers[name] !== undefined);
  if (!direct || proxied || !isLoopback(new URL(ctx.config.baseUrl).hostname)) throw new Failure('COM0404');
}

async function existing(ctx: Context, mailId: string): Promise<PreviewMail> {
  const mail = await findPreview(ctx, mailId);
  if (!mail) throw new Failure('COM0404');
  return mail;
}

function preparePage(ctx: Context, request: FastifyRequest, reply: FastifyReply): PageSettings {
  const nonce = newSecret();
  answer(
    reply,
    `default-src 'none'; style-src 'nonce-${nonce}'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
  );
  return { language: languageOf(request), nonce, name: ctx.config.name };
}

function answer(reply: FastifyReply, policy: string): void {
  reply.header('content-security-policy', policy).header('cache-control', 'no-store').type('text/html; charset=utf-8');
}
