import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config/config.ts';
import { startTestServer } from './support/server.ts';

const path = '/.well-known/security.txt';

async function fetched(env: Record<string, string>, headers: Record<string, string> = {}) {
  const server = await startTestServer('sqlite', env);
  const {
    statusCode,
    headers: sent,
    body,
  } = await server.app.inject({ url: path, headers: { host: 'localhost:8787', ...headers } });
  await server.stop();
  return { status: statusCode, type: sent['content-type'], body };
}

describe('security.txt', () => {
  it('is not there while nobody is named, for a browser neither', async () => {
    for (const accept of ['text/plain', 'text/html'])
      expect(await fetched({ WARIFU_SECURITY_POLICY: 'https://example.com/policy' }, { accept })).toMatchObject({
        status: 404,
        type: expect.stringContaining('json') as string,
      });
  });

  it('has a contact and a date, and no more than is known', async () => {
    expect(await fetched({ WARIFU_SECURITY_CONTACT: 'security@example.com' })).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: `Contact: mailto:security@example.com
Expires: 2027-02-20T00:00:00.000Z
Canonical: http://localhost:8787/.well-known/security.txt
`,
    });
  });

  it('says all that is set', async () => {
    const env = {
      WARIFU_SECURITY_CONTACT: 'https://example.com/report, mailto:security@example.com tel:+81-3-0000-0000',
      WARIFU_SECURITY_POLICY: 'https://example.com/policy',
      WARIFU_SECURITY_LANGUAGES: 'ja, en-us',
      WARIFU_SECURITY_EXPIRES: '2027-06-30T00:00:00+09:00',
    };
    expect((await fetched(env)).body).toBe(`Contact: https://example.com/report
Contact: mailto:security@example.com
Contact: tel:+81-3-0000-0000
Expires: 2027-06-29T15:00:00.000Z
Preferred-Languages: ja, en-US
Canonical: http://localhost:8787/.well-known/security.txt
Policy: https://example.com/policy
`);
  });

  it.each([
    ['WARIFU_SECURITY_CONTACT', 'http://example.com'],
    ['WARIFU_SECURITY_CONTACT', 'data:text/plain;x'],
    ['WARIFU_SECURITY_CONTACT', 'security'],
    ['WARIFU_SECURITY_POLICY', 'http://example.com'],
    ['WARIFU_SECURITY_POLICY', 'https://example.com\nContact: mailto:x@example.com'],
    ['WARIFU_SECURITY_LANGUAGES', 'en_US'],
    ['WARIFU_SECURITY_EXPIRES', 'next year'],
    ['WARIFU_SECURITY_EXPIRES', '2027-02-31T25:00:00Z'],
  ])('refuses %s=%j', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
