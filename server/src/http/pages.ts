import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Config, shade } from '../config/config.ts';
import { newSecret } from '../crypto/tokens.ts';
import { escapeHtml } from './escape.ts';
import { pagePolicy } from './security-headers.ts';

const loginPages = [
  '/login',
  '/login/mfa',
  '/setup',
  '/signup',
  '/signup/verify',
  '/mfa/reset',
  '/mfa/reset/verify',
  '/mfa/reset/cancel',
  '/mfa/reset/code',
  '/mfa/assisted',
  '/mfa/assisted/cancel',
  '/password/forgot',
  '/password/reset',
  '/help/login',
  '/email/verify',
  '/account/lock',
];
const appPages = ['/', '/help', '/security', '/security/*', '/logs', '/logs/*', '/settings', '/settings/*', '/gate'];

/** Serves the built console: two pages with a nonce of their own, and assets whose names change with their content. */
export async function registerPages(app: FastifyInstance, dist: string): Promise<MissingPage | undefined> {
  if (!existsSync(join(dist, 'login.html'))) {
    app.log.warn('the console is not built: run "npm run build"');
    return undefined;
  }
  await app.register(fastifyStatic, {
    root: join(dist, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    index: false,
    acceptRanges: false,
    decorateReply: false,
    // The build put `.br` and `.gz` beside each; `Vary` and an ETag of its own come with the one that is picked.
    preCompressed: true,
  });
  const page = pageSender(dist, app.warifu.ctx.config);
  for (const path of loginPages) app.get(path, async (_, reply) => page(reply, 'login.html'));
  for (const path of appPages) app.get(path, async (_, reply) => page(reply, 'app.html'));
  app.get('/favicon.svg', async (_, reply) => {
    reply.header('cache-control', 'max-age=86400').type('image/svg+xml');
    return readFileSync(join(dist, 'favicon.svg'));
  });
  app.get('/.well-known/change-password', async (_, reply) => reply.redirect('/security/password'));
  app.get('/robots.txt', async (_, reply) => reply.type('text/plain').send('User-agent: *\nDisallow: /\n'));
  return (request, reply) => {
    if (!wantsPage(request)) return undefined;
    reply.code(loginPages.includes(plainPath(request.url)) ? 200 : 404);
    return page(reply, 'login.html');
  };
}

/** The page for an address that is not there; undefined when a program asks, or a path that is no page's. */
export type MissingPage = (request: FastifyRequest, reply: FastifyReply) => string | undefined;

/** The path of a link that a mail gateway rewrote: its `#` encoded, a slash at its end, capitals. */
function plainPath(url: string): string {
  const path = url.split(/[?#]|%(?:25)*23/i)[0] ?? '';
  return path.replace(/\/$/, '').toLowerCase();
}

function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  const forPrograms = /^\/(v1|access|assets|\.well-known)(\/|$)/.test(url);
  return method === 'GET' && !forPrograms && (headers.accept ?? '').includes('text/html');
}

function pageSender(dist: string, look: Look): (reply: FastifyReply, file: string) => string {
  const texts = new Map(
    ['login.html', 'app.html'].map((file) => [file, dressed(readFileSync(join(dist, file), 'utf8'), look)]),
  );
  return (reply, file) => {
    const nonce = newSecret();
    reply.header('content-security-policy', pagePolicy(nonce)).type('text/html; charset=utf-8');
    return (texts.get(file) ?? '').replaceAll('__CSP_NONCE__', nonce);
  };
}

type Look = Pick<Config, 'name' | 'accent'>;

/** A page with the name and the colour of this server. */
function dressed(page: string, { name, accent }: Look): string {
  // Functions, because `$&` in a name would be read as a pattern.
  const named = page.replaceAll('__NAME__', () => escapeHtml(name));
  if (accent === undefined) return named;
  const colours = `--mantine-color-ai-filled:${accent};--mantine-color-ai-filled-hover:${shade(accent, 0.85)};--brand:${accent}`;
  // More specific than what the kit writes into the page later.
  const style = `<style nonce="__CSP_NONCE__">html:root[data-mantine-color-scheme]{${colours}}</style>`;
  return named.replace('</head>', () => `${style}</head>`);
}
