import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.ts';
import { ConfigError, readConfig } from '../src/config/config.ts';
import { type Sink, startSink } from './mail/smtp.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { canaries, newRoot, signIn } from './support/people.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const refusalOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('WARIFU_NAME and WARIFU_ACCENT', () => {
  it.each([
    ['https://auth.example.com', 'Warifu (auth.example.com)'],
    ['https://auth.example.com:8443', 'Warifu (auth.example.com)'],
    ['http://localhost:8787', 'Warifu (localhost)'],
    ['http://127.0.0.1:1', 'Warifu (127.0.0.1)'],
    ['http://[::1]:2', 'Warifu (..1)'],
  ])('without a name, authenticators tell %s from other servers', (baseUrl, issuer) => {
    expect(readConfig({ WARIFU_BASE_URL: baseUrl })).toMatchObject({ name: 'Warifu', issuer, accent: undefined });
  });

  it('a name is that of pages, mails and authenticators, and of the sender', () => {
    const config = readConfig({ WARIFU_NAME: '割符 & Söhne, "Inc."', WARIFU_BASE_URL: 'https://id.example.com' });
    expect(config).toMatchObject({
      name: '割符 & Söhne, "Inc."',
      issuer: '割符 & Söhne, "Inc."',
      mailFrom: '"割符 & Söhne, \\"Inc.\\"" <warifu@id.example.com>',
    });
  });

  it.each([
    'a\r\nBcc: x@example.com',
    'a\nb',
    'a\u2028b',
    '\u202Egnp',
    'a\u200bb',
    'a\u0000',
    ' a',
    'a ',
    'a:b',
    'x'.repeat(41),
  ])('refuses the name %j, naming the variable', (name) => {
    expect(refusalOf({ WARIFU_NAME: name })).toMatch(/^WARIFU_NAME must be /);
  });

  it.each([
    ['#1d4f75', '#1d4f75'],
    ['#1D4F75', '#1d4f75'],
    ['#060', '#006600'],
    ['#767676', '#767676'],
    ['#000', '#000000'],
  ])('takes the colour %s', (colour, accent) => {
    expect(readConfig({ WARIFU_ACCENT: colour })).toMatchObject({ accent });
  });

  it.each([
    ['#777777', '4.47:1'],
    ['#ffcc00', '1.51:1'],
    ['#fff', '1.00:1'],
  ])('refuses %s: white text on it has %s, and names a darker one that it takes', (colour, contrast) => {
    const refusal = refusalOf({ WARIFU_ACCENT: colour });
    expect(refusal).toContain(`has a contrast of ${contrast}; at least 4.5:1 is needed`);
    const darker = /is (#[\da-f]{6})\.$/.exec(refusal)?.[1] ?? '';
    expect(readConfig({ WARIFU_ACCENT: darker })).toMatchObject({ accent: darker });
  });

  it.each([
    'red',
    '#12345',
    '#1234567',
    '#12345g',
    'rgb(0,0,0)',
    '#000;}body{display:none',
    '#000</style><script>',
    '＃000000',
  ])('refuses %s: no colour of this form', (colour) => {
    expect(refusalOf({ WARIFU_ACCENT: colour })).toBe('WARIFU_ACCENT must be a colour such as #1d4f75.');
  });
});

describe('a name that is made to break out', () => {
  const name = '<script>"\' \\ 100%,$& ;</title>@割符';
  const dist = mkdtempSync(join(tmpdir(), 'warifu-dist-'));
  let server: TestServer;
  let sink: Sink;
  beforeAll(async () => {
    sink = await startSink();
    const env = { WARIFU_NAME: name, WARIFU_ACCENT: '#006600', WARIFU_SMTP_URL: sink.url };
    server = await startTestServer('sqlite', env, { hasher: fastHasher() });
    mkdirSync(join(dist, 'assets'));
    for (const file of ['app.html', 'login.html']) {
      copyFileSync(join(import.meta.dirname, '../../console', file), join(dist, file));
    }
  });
  afterAll(async () => {
    await server.stop();
    await sink.close();
    rmSync(dist, { recursive: true });
  });

  it('stays a name in every page, and its colour a style that the policy lets in', async () => {
    const app = await buildApp(server.ctx, dist);
    for (const url of ['/login', '/', '/docs', '/no-such-page']) {
      const headers = { host: 'localhost:8787', accept: 'text/html' };
      const { body, headers: sent } = await app.inject({ method: 'GET', url, headers });
      expect(body).not.toMatch(/<script>|<\/title>@/);
      expect(body).not.toContain('__NAME__');
      const title = /<title>(.*?)<\/title>/s.exec(body)?.[1] ?? '';
      const decoded = title.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
      expect(decoded).toBe(url === '/docs' ? `${name} API` : name);
      if (url === '/docs') continue;
      const nonce = /<style nonce="([\w-]+)">html:root\[data-mantine-color-scheme\]\{[^<]*#006600/.exec(body)?.[1];
      expect(sent['content-security-policy']).toContain(`'nonce-${nonce}'`);
    }
    await app.close();
  });

  it('makes one subject and one sender of a mail, and no element', async () => {
    const root = await newRoot(server);
    await server.jobs.drain();
    const mail = sink.mails.find((candidate) => [candidate.to].flat()[0]?.text.includes(root.email));
    expect(mail?.subject).toMatch(/^\[<script>"' \\ 100%,\$& ;<\/title>@割符\] \S/);
    expect(mail?.from?.value).toEqual([{ address: 'warifu@localhost', name }]);
    expect([...(mail?.headers.keys() ?? [])].sort()).toEqual(
      [
        'auto-submitted',
        'content-language',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
        'x-auto-response-suppress',
      ].sort(),
    );
    expect(mail?.html).not.toMatch(/<script>|<\/title>@/);
    expect(mail?.html).toContain('border-top: 4px solid #006600');
    expect(mail?.text).toContain(name);
  });

  it('is the issuer that an authenticator reads, and no parameter of its own', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const answer = await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa`, { as });
    const url = new URL(String(answer.body.totpUri));
    canaries.add(url.searchParams.get('secret') ?? '');
    expect(decodeURIComponent(url.pathname)).toBe(`/${name}:${root.email}`);
    expect(url.searchParams.get('issuer')).toBe(name);
    expect([...url.searchParams.keys()].sort()).toEqual(['algorithm', 'digits', 'issuer', 'period', 'secret']);
  });

  it('is no password', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const body = { currentPassword: root.password, newPassword: name };
    const answer = await call(server, 'POST', `/v1/operators/${root.operatorId}/password`, { as, body });
    expect([answer.status, answer.body.code]).toEqual([400, 'AUM0010']);
  });
});
