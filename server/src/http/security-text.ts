import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';

const path = '/.well-known/security.txt';
const day = 24 * 60 * 60 * 1000;
const life = 90 * day;

/** Serves `security.txt` (RFC 9116), by which who finds a weakness learns whom to tell; 404 while nobody is named. */
export function registerSecurityText(app: FastifyInstance, ctx: Context): void {
  app.get(path, async (_, reply) => {
    if (ctx.config.securityContact.length === 0) throw new Failure('COM0404');
    reply.type('text/plain; charset=utf-8').header('cache-control', 'max-age=3600');
    return linesOf(ctx).join('');
  });
}

function linesOf({ config, now }: Context): string[] {
  const { baseUrl, securityContact, securityPolicy, securityLanguages } = config;
  const expires = config.securityExpires ?? new Date(Math.floor(now() / day) * day + life).toISOString();
  return [
    ...securityContact.map((contact) => `Contact: ${contact}\n`),
    `Expires: ${expires}\n`,
    ...(securityLanguages.length === 0 ? [] : [`Preferred-Languages: ${securityLanguages.join(', ')}\n`]),
    `Canonical: ${baseUrl}${path}\n`,
    ...(securityPolicy === undefined ? [] : [`Policy: ${securityPolicy}\n`]),
  ];
}
