import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendProblem } from '../../src/http/problem.ts';
import { registerMailPreview } from '../../src/mail/routes.ts';
import { inject } from '../support/inject.ts';
import { enqueue, linkMail, makeWorld, notice, outboxRows, type World } from './helper.ts';

let world: World;
let app: FastifyInstance;

const build = async (env?: Record<string, string>) => {
  world = await makeWorld('SQLite', env);
  app = Fastify();
  app.setErrorHandler((error, request, reply) => sendProblem(world.ctx, request, reply, error));
  registerMailPreview(app, world.ctx);
};
const get = (url: string, options: InjectOptions = {}) => inject(app, { method: 'GET', url, ...options });
const pathOf = async (template: string) => {
  const row = (await outboxRows(world.ctx)).find((candidate) => candidate.template === template);
  return `/mail-preview/${row?.mail_id}`;
};

beforeEach(() => build());
afterEach(async () => {
  await app.close();
  await world.end();
});

describe('mail preview', () => {
  it('lists mails, newest first, in the language of the reader', async () => {
    expect((await get('/mail-preview')).body).toContain('No mail is waiting.');
    await enqueue(world.ctx, { language: 'en' });
    world.clock.now += 1000;
    await enqueue(world.ctx, { language: 'ja', facts: notice({ event: 'mfa_enabled' }), recipient: 'b@example.com' });
    const page = await get('/mail-preview', { headers: { 'accept-language': 'ja,en;q=0.5' } });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('<html lang="ja">');
    expect(page.body).toContain('メールのプレビュー');
    expect(page.body).toMatch(/多要素認証が有効になりました[\s\S]*b@example\.com[\s\S]*was disabled/);
    expect((await outboxRows(world.ctx)).every((row) => row.sent_at === null && row.content !== '')).toBe(true);
  });

  it('shows at most 200 mails', async () => {
    for (let i = 0; i < 201; i++) await enqueue(world.ctx);
    expect((await get('/mail-preview')).body.match(/<tr>/g)).toHaveLength(201);
  });

  it('shows a mail with its link to follow, and the HTML part in a sandbox', async () => {
    await enqueue(world.ctx, { facts: linkMail() });
    const path = await pathOf('mfa_reset_link');
    const page = await get(path);
    const link = 'http://localhost:8787/mfa/reset/verify#SECRET-TOKEN-123';
    expect(page.body).toContain(`<a href="${link}" rel="noopener noreferrer">${link}</a>`);
    expect(page.body).toContain(`<iframe src="${path}/html" title="HTML" sandbox></iframe>`);
    const nonce = /<style nonce="([^"]+)">/.exec(page.body)?.[1];
    expect(page.headers['content-security-policy']).toContain(`style-src 'nonce-${nonce}'`);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/);
    expect(page.headers['cache-control']).toBe('no-store');

    const part = await get(`${path}/html`);
    expect(part.body).toContain('<!doctype html>');
    expect(part.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    );
    expect(part.headers['cache-control']).toBe('no-store');
  });

  it('does not turn a foreign address into a link', async () => {
    const account = 'https://evil.example/ http://localhost:8787.evil.example/';
    await enqueue(world.ctx, { facts: notice({ account }), recipient: '"<script>"@example.com' });
    const page = await get(await pathOf('mfa_disabled'));
    expect(page.body).not.toMatch(/href="[^"]*evil/);
    expect(page.body).not.toContain('<script');
  });

  it.each([
    ['another computer', { remoteAddress: '203.0.113.9' }],
    ['a proxy', { headers: { 'x-forwarded-for': '127.0.0.1' } }],
    ['a proxy of the standard', { headers: { forwarded: 'for=127.0.0.1' } }],
    ['a proxy that only names its client', { headers: { 'x-real-ip': '127.0.0.1' } }],
  ])('does not exist for %s', async (_, options: InjectOptions) => {
    await enqueue(world.ctx);
    const path = await pathOf('mfa_disabled');
    for (const url of ['/mail-preview', path, `${path}/html`]) {
      const answer = await get(url, options);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).not.toContain('Warifu]');
    }
  });

  it('serves loopback over IPv6 as well', async () => {
    for (const remoteAddress of ['::1', '::ffff:127.0.0.1']) {
      expect((await get('/mail-preview', { remoteAddress })).statusCode).toBe(200);
    }
  });

  it('does not exist when the base URL can be reached by others', async () => {
    await app.close();
    await world.end();
    await build({ WARIFU_BASE_URL: 'https://id.example.com' });
    expect((await get('/mail-preview')).statusCode).toBe(404);
  });

  it('knows no mail that was sent, nor an unknown one', async () => {
    await enqueue(world.ctx);
    const path = await pathOf('mfa_disabled');
    await world.ctx.db.updateTable('outbox').set({ content: '', sent_at: 1 }).execute();
    for (const url of [path, `${path}/html`, '/mail-preview/nothing']) expect((await get(url)).statusCode).toBe(404);
    expect((await get('/mail-preview')).body).toContain('No mail is waiting.');
  });
});
