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

  it.each([
    ['WARIFU_MAIL_FROM', 'warifu@example.com'],
    ['WARIFU_MAIL_FROM', '"Warifu, Inc." <warifu@example.com>'],
    ['WARIFU_MAIL_FROM', '割符 <warifu@例え.jp>'],
    ['WARIFU_MAIL_FROM', 'Warifu, Inc. <warifu@example.com>'],
    ['WARIFU_BASE_URL', 'http://[::1]:2'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:pa%23ss%40%2F@mail.example.com:587/?requireTLS=true'],
    ['WARIFU_SMTP_URL', 'smtp://mailer%40example.com:p@mail.example.com'],
    ['WARIFU_DATABASE_URL', 'postgres://u:p%23@h:5432/d?sslmode=verify-full'],
    ['WARIFU_DATABASE_URL', 'postgres:///d?host=/run/postgresql'],
    ['WARIFU_DATABASE_URL', 'postgres://u:p@/d?host=/run/postgresql'],
  ])('takes %s=%s', (name, value) => {
    expect(messageOf({ [name]: value })).toBe('accepted');
  });

  it.each([
    ['WARIFU_MAIL_FROM', 'Warifu'],
    ['WARIFU_MAIL_FROM', 'a@example.com, b@example.com'],
    ['WARIFU_MAIL_FROM', '<a@example.com> <b@example.com>'],
    ['WARIFU_MAIL_FROM', 'Team: <a@example.com>;'],
    ['WARIFU_MAIL_FROM', 'Team: a@example.com, b@example.com;'],
    ['WARIFU_MAIL_FROM', 'Warifu <warifu@>'],
    ['WARIFU_MAIL_FROM', 'Warifu <>'],
    ['WARIFU_MAIL_FROM', 'Warifu <a b@example.com>'],
    ['WARIFU_MAIL_FROM', 'warifu@example.com\r\nBcc: x@example.com'],
  ])('says how to write %s instead of %j', (name, value) => {
    expect(messageOf({ [name]: value })).toContain(`${name} must be one email address, as in`);
  });

  it.each([
    ['WARIFU_SMTP_URL', 'smtp://mailer:hunter#2@mail.example.com'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:12#hunter@mail.example.com'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:12/hunter@mail.example.com'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:12?hunter@mail.example.com'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:hunter%@mail.example.com'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:hunter%ff@mail.example.com'],
    ['WARIFU_SMTP_URL', 'smtp://mail.example.com/hunter'],
    ['WARIFU_SMTP_URL', 'smtp://mail.example.com:99999'],
    ['WARIFU_SMTP_URL', 'smtp://'],
    ['WARIFU_SMTP_URL', 'smtp://mailer:hunter@'],
    ['WARIFU_DATABASE_URL', 'postgres://u:hunter#2@h/d'],
    ['WARIFU_DATABASE_URL', 'postgres://u:12/hunter@h/d'],
    ['WARIFU_DATABASE_URL', 'postgres://u:12?hunter@h/d'],
    ['WARIFU_DATABASE_URL', 'postgres://u:hunter%@h/d'],
    ['WARIFU_DATABASE_URL', 'postgres://u:p@h:port/d'],
    ['WARIFU_DATABASE_URL', 'sqlite:'],
  ])('says how to write %s instead of %s, and repeats no password', (name, value) => {
    const message = messageOf({ [name]: value });
    expect(message).toContain(name);
    expect(message).toMatch(/:\/\/user:password@|sqlite:\/path/);
    expect(message).not.toContain('hunter');
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
