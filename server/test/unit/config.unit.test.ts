import { describe, expect, it } from 'vitest';
import { ConfigError, isLoopback, readConfig } from '../../src/config.ts';

const messageOf = (env: Record<string, string>) => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('the configuration', () => {
  it('has safe defaults', () => {
    expect(readConfig({ PATH: '/bin' })).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      baseUrl: 'http://localhost:8787',
      signUp: 'closed',
      trustedProxies: [],
      passwordMinLength: 12,
      smtpUrl: undefined,
    });
  });

  it.each([
    ['WARIFU_PROT', 'WARIFU_PORT'],
    ['WARIFU_BASEURL', 'WARIFU_BASE_URL'],
    ['WARIFU_TRUSTED_PROXY', 'WARIFU_TRUSTED_PROXIES'],
    ['WARIFU_SIGN_UP', 'WARIFU_SIGNUP'],
  ])('refuses %s and suggests %s', (typed, meant) => {
    expect(messageOf({ [typed]: 'x' })).toContain(`${typed} is not a setting. Did you mean ${meant}?`);
  });

  it('takes an empty value for an absent one', () => {
    expect(readConfig({ WARIFU_PORT: '', WARIFU_SMTP_URL: '' })).toMatchObject({ port: 8787, smtpUrl: undefined });
  });

  it.each([
    ['WARIFU_PORT', ['0', '65535'], ['-1', '65536', '80.5', '8e1', '0x50', ' 80', 'http']],
    ['WARIFU_PASSWORD_MIN_LENGTH', ['8', '64'], ['7', '65', '12.5', 'twelve']],
    ['WARIFU_SIGNUP', ['open', 'closed'], ['OPEN', 'true', '1']],
    ['WARIFU_LOG_LEVEL', ['fatal', 'trace'], ['silent', 'verbose']],
    ['WARIFU_DATABASE_URL', ['sqlite:/tmp/x.db', 'postgres://h/d', 'postgresql://h/d'], ['mysql://h/d', '/tmp/x.db']],
    ['WARIFU_SMTP_URL', ['smtp://h:25', 'smtps://h'], ['http://h', 'mail.example.com']],
    ['WARIFU_TIME_ZONE', ['UTC', 'Asia/Tokyo'], ['Tokyo', 'UTC+25']],
    [
      'WARIFU_BASE_URL',
      ['https://id.example.com', 'https://id.example.com/', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]:2'],
      [
        'http://id.example.com',
        'https://id.example.com/base',
        'https://id.example.com/?x',
        'https://id.example.com/#x',
        'https://user@id.example.com',
        'ftp://id.example.com',
        'id.example.com',
      ],
    ],
    [
      'WARIFU_TRUSTED_PROXIES',
      ['10.0.0.0/8', '10.0.0.0/8, fd00::/8', '127.0.0.1/32 ::1/128'],
      ['10.0.0.1', 'all', '10.0.0.0/33', '0.0.0.0/0', '::/0', '0.0.0.0/00', '10.0.0.0/8,0.0.0.0/0'],
    ],
  ])('%s has bounds', (name, good, bad) => {
    for (const value of good) expect([value, messageOf({ [name]: value })]).toEqual([value, 'accepted']);
    for (const value of bad)
      expect([value, messageOf({ [name]: value })]).toEqual([value, expect.stringContaining(name)]);
  });

  it('drops the slash of the base URL, and its default port', () => {
    expect(readConfig({ WARIFU_BASE_URL: 'https://ID.example.com:443/' }).baseUrl).toBe('https://id.example.com');
  });

  it('knows a loopback name', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]']) expect(isLoopback(host)).toBe(true);
    for (const host of ['localhost.example.com', '128.0.0.1', '0.0.0.0', '::', '10.0.0.1', '']) {
      expect(isLoopback(host)).toBe(false);
    }
  });
});
