import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, isLoopback, readConfig } from '../../src/config/config.ts';
import { serviceLinks } from '../../src/config/kubernetes.ts';
import { loadKeys } from '../../src/crypto/keys.ts';

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

  describe('beside a Kubernetes Service', () => {
    /** What the kubelet puts into a pod for a Service `warifu` with a port named `http`, and one `warifu-db`. */
    const links = {
      WARIFU_SERVICE_HOST: '10.96.0.12',
      WARIFU_SERVICE_PORT: '8787',
      WARIFU_SERVICE_PORT_HTTP: '8787',
      WARIFU_PORT: 'tcp://10.96.0.12:8787',
      WARIFU_PORT_8787_TCP: 'tcp://10.96.0.12:8787',
      WARIFU_PORT_8787_TCP_PROTO: 'tcp',
      WARIFU_PORT_8787_TCP_PORT: '8787',
      WARIFU_PORT_8787_TCP_ADDR: '10.96.0.12',
      WARIFU_DB_SERVICE_HOST: 'fd00::12',
      WARIFU_DB_SERVICE_PORT: '5432',
      WARIFU_DB_PORT: 'tcp://[fd00::12]:5432',
      WARIFU_DB_PORT_5432_TCP: 'tcp://[fd00::12]:5432',
    };

    it('its variables are no settings', () => {
      expect(readConfig(links)).toMatchObject({ port: 8787, host: '127.0.0.1' });
      expect(serviceLinks(links)).toEqual(Object.keys(links));
      expect(readConfig({ ...links, WARIFU_PORT: '9000' }).port).toBe(9000);
      expect(serviceLinks({ WARIFU_PORT: '9000' })).toEqual([]);
    });

    it.each([
      ['WARIFU_PROT', 'tcp://10.96.0.12:8787', 'Did you mean WARIFU_PORT?'],
      ['WARIFU_SERVICE_HOSTS', '10.96.0.12', 'is not a setting'],
      ['WARIFU_SERVICE_PORT', 'http', 'is not a setting'],
      ['WARIFU_PORT_8787_TCP_NAME', 'http', 'is not a setting'],
      ['WARIFU_PORT_HTTP_TCP', 'tcp://10.96.0.12:8787', 'is not a setting'],
      ['WARIFU_PORT', 'tcp://10.96.0.12', 'WARIFU_PORT must be'],
      ['WARIFU_CACHE_PORT', 'tcp://10.96.0.13:6379', 'is not a setting'],
    ])('anything else is: %s=%s', (name, value, message) => {
      expect(messageOf({ ...links, [name]: value })).toContain(message);
    });

    it('without the host of the Service nothing is ignored', () => {
      const { WARIFU_SERVICE_HOST: _, ...rest } = links;
      expect(messageOf(rest)).toContain('WARIFU_SERVICE_PORT is not a setting');
      expect(messageOf({ WARIFU_SERVICE_HOST: 'warifu.example.com' })).toContain('is not a setting');
    });
  });

  describe('secrets in files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'warifu-secrets-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const put = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const secrets = [
      ['WARIFU_DATABASE_URL', 'databaseUrl', 'warifu.database-url', 'postgres://u:hunter@h/d'],
      ['WARIFU_SMTP_URL', 'smtpUrl', 'warifu.smtp-url', 'smtp://u:hunter@h'],
    ] as const;

    it.each(secrets)('%s is read from a file or a credential', (name, key, credential, url) => {
      const file = put('secret', `${url}\n`);
      expect(readConfig({ [`${name}_FILE`]: file })[key]).toBe(url);
      put(credential, url);
      expect(readConfig({ CREDENTIALS_DIRECTORY: folder })[key]).toBe(url);
      const own = url.replace('@h', '@own');
      expect(readConfig({ CREDENTIALS_DIRECTORY: folder, [name]: own })[key]).toBe(own);
      rmSync(join(folder, credential));
    });

    it.each(secrets)('%s says what is wrong with its file, and repeats nothing of it', (name, _, __, url) => {
      const named = `${name}_FILE`;
      expect(messageOf({ [name]: url, [named]: put('secret', url) })).toBe(`Set ${name} or ${named}, not both.`);
      expect(messageOf({ [named]: '/nowhere/secret' })).toMatch(/_FILE: \/nowhere\/secret cannot be read \(ENOENT\)/);
      expect(messageOf({ [named]: folder })).toMatch(/cannot be read \(EISDIR\)/);
      for (const text of ['', '\n', `${url}\n${url}`, 'hunter'])
        expect(messageOf({ [named]: put('secret', text) })).toMatch(new RegExp(`^${name}(?!.*hunter)`));
    });

    it('the key file has a setting and a credential of its own', () => {
      expect(readConfig({ WARIFU_DATA_DIR: '/data' }).keyFile).toEqual({
        path: '/data/keys/keys.json',
        isGuarded: false,
      });
      const path = put('warifu.keys', '{}');
      expect(readConfig({ CREDENTIALS_DIRECTORY: folder }).keyFile).toEqual({ path, isGuarded: true });
      const env = { CREDENTIALS_DIRECTORY: folder, WARIFU_KEYS_FILE: '/secrets/keys.json' };
      expect(readConfig(env).keyFile).toEqual({ path: '/secrets/keys.json', isGuarded: false });
    });

    it('a key file may be read by a group of the process, and by nobody else', () => {
      const file = join(folder, 'keys.json');
      loadKeys(file);
      for (const mode of [0o400, 0o440, 0o600, 0o640]) {
        chmodSync(file, mode);
        expect(() => loadKeys(file)).not.toThrow();
      }
      for (const mode of [0o444, 0o644, 0o660, 0o604, 0o650]) {
        chmodSync(file, mode);
        expect(() => loadKeys(file)).toThrow(/readable by others.*chmod 600/);
        expect(() => loadKeys(file, true)).not.toThrow();
      }
    });

    it.runIf(process.getuid?.() === 0)('a key file of a foreign group is refused', () => {
      const file = join(folder, 'foreign.json');
      loadKeys(file);
      chmodSync(file, 0o440);
      chownSync(file, 0, 54_321);
      expect(() => loadKeys(file)).toThrow(/readable by others/);
    });
  });

  it('reads hosts of the network beside it, and no patterns', () => {
    const hosts = (text: string) => readConfig({ WARIFU_INTERNAL_HOSTS: text }).internalHosts;
    expect(hosts('Warifu, warifu.apps.svc:80 [fd00::1]')).toEqual([
      'warifu:8787',
      'warifu.apps.svc:80',
      '[fd00::1]:8787',
    ]);
    for (const text of ['*', '*.svc', 'http://warifu', 'warifu/', 'warifu:port', 'warifu:99999', '.svc', 'a@b'])
      expect([text, messageOf({ WARIFU_INTERNAL_HOSTS: text })]).toEqual([
        text,
        expect.stringContaining('is not a host'),
      ]);
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
