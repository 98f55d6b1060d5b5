import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectConfig, readConfig } from '../../src/config/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'warifu-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A file of its own for each text. */
const put = (text: string, ending = 'toml', mode = 0o600): string => {
  const file = join(folder, `${++count}.${ending}`);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
};
const findings = (file: string, env: Record<string, string> = {}) =>
  inspectConfig({ WARIFU_CONFIG: file, ...env }).findings;

const toml = `
# Where people reach it
base_url = "https://id.example.com"
port = 9000

trusted_proxies = ["10.0.0.0/8", "fd00::/8"]
log_requests = false
signup = "open"
name = ""
`;
const json = JSON.stringify({
  base_url: 'https://id.example.com',
  port: 9000,
  trusted_proxies: '10.0.0.0/8, fd00::/8',
  log_requests: 0,
  signup: 'open',
});

describe('a configuration file', () => {
  it.each([
    ['toml', toml],
    ['json', json],
  ])('in %s is read under the environment', (ending, text) => {
    const file = put(text, ending, 0o644);
    expect(readConfig({ WARIFU_CONFIG: file })).toMatchObject({
      baseUrl: 'https://id.example.com',
      port: 9000,
      trustedProxies: ['10.0.0.0/8', 'fd00::/8'],
      logRequests: false,
      signUp: 'open',
      name: 'Warifu',
    });
    expect(readConfig({ WARIFU_CONFIG: file, WARIFU_PORT: '1', WARIFU_SIGNUP: '' })).toMatchObject({
      port: 1,
      signUp: 'open',
    });
  });

  it('tells where each value came from', () => {
    const secret = put('smtp://u:hunter@h', 'secret');
    const file = put(toml + `smtp_url_file = "${secret}"\n`);
    const { entries } = inspectConfig({ WARIFU_CONFIG: file, WARIFU_NAME: 'Own' });
    const origins = Object.fromEntries(entries.map(({ setting, origin }) => [setting.name, origin]));
    expect(origins).toMatchObject({
      WARIFU_CONFIG: { kind: 'environment', place: 'WARIFU_CONFIG' },
      WARIFU_HOST: { kind: 'default' },
      WARIFU_NAME: { kind: 'environment', place: 'WARIFU_NAME' },
      WARIFU_PORT: { kind: 'file', place: `${file}, line 4` },
      WARIFU_LOG_REQUESTS: { kind: 'file', place: `${file}, line 7` },
      WARIFU_SMTP_URL: { kind: 'secret file', place: secret },
    });
  });

  it('names key, file and line of all that is wrong with it', () => {
    const file = put(`prot = 1
WARIFU_NAME = "x"
port = "9000"
log_requests = 2
trusted_proxies = [1]
host = 1979-05-27
config = "other.toml"
time_zone = "Tokyo"
base_url = "http://id.example.com"
[mail]
from = "x"
`);
    expect(findings(file)).toEqual([
      `prot (${file}, line 1) is not a setting. Did you mean port? All settings: docs/configuration.md`,
      `WARIFU_NAME (${file}, line 2) is not a setting. Did you mean name? All settings: docs/configuration.md`,
      `port (${file}, line 3) must be a number, and is a string.`,
      `log_requests (${file}, line 4) must be true or false, and is a number.`,
      `trusted_proxies (${file}, line 5) must be a list of strings, and is a list.`,
      `host (${file}, line 6) must be a string, and is a date.`,
      `config (${file}, line 7) is not a setting. All settings: docs/configuration.md`,
      `mail (${file}) is not a setting. All settings: docs/configuration.md`,
      `base_url (${file}, line 9) must begin with https:// unless it names localhost.`,
      `time_zone (${file}, line 8) must be a zone name such as UTC or Asia/Tokyo.`,
    ]);
  });

  it.each([
    ['toml', 'smtp_url = "hunter', /, line 1, column \d+ is not valid TOML/],
    ['toml', 'port = 1\nport = "hunter"', /, line 2, column \d+ is not valid TOML/],
    ['json', '{"smtp_url": hunter}', /is not valid JSON\.$/],
    ['json', '{"smtp_url": "hunter', /, line 1, column \d+ is not valid JSON\.$/],
    ['json', '["hunter"]', /must hold an object of settings/],
    ['yaml', 'smtp_url: hunter', /^WARIFU_CONFIG: .* must end with \.toml or \.json\.$/],
  ])('in %s that cannot be read is refused without what it holds: %s', (ending, text, message) => {
    const said = findings(put(text, ending));
    expect(said).toEqual([expect.stringMatching(message)]);
    expect(said[0]).not.toContain('hunter');
  });

  it('that is not there is refused', () => {
    expect(findings('/nowhere/warifu.toml')).toEqual(['WARIFU_CONFIG: /nowhere/warifu.toml cannot be read (ENOENT).']);
  });

  it('repeats no secret in what it says is wrong', () => {
    const file = put('smtp_url = "smtp://u:hunter#2@h"\ndatabase_url = ["hunter"]');
    const said = findings(file);
    expect(said).toHaveLength(2);
    expect(said.join()).not.toContain('hunter');
  });

  describe('that holds a secret', () => {
    const secret = 'smtp_url = "smtp://u:hunter@h"';

    it.each([0o644, 0o604, 0o660, 0o666])('is refused when others may read it (%o)', (mode) => {
      const file = put(secret, 'toml', mode);
      expect(findings(file)).toEqual([
        `${file} is readable by others and holds secrets (smtp_url). Run: chmod 600 ${file}`,
      ]);
    });

    it.each([0o400, 0o440, 0o600, 0o640])('is read when only its user or a group of the process may (%o)', (mode) => {
      expect(findings(put(secret, 'toml', mode))).toEqual([]);
    });

    it('is read where systemd guards it, and only there', () => {
      const file = put(secret, 'toml', 0o444);
      expect(findings(file, { CREDENTIALS_DIRECTORY: folder })).toEqual([]);
      expect(findings(file, { CREDENTIALS_DIRECTORY: folder.slice(0, -1) })).toHaveLength(1);
    });

    it('may be read by all when the secret is somewhere else', () => {
      const elsewhere = put('postgres://u:hunter@h/d', 'secret');
      const text = `database_url_file = "${elsewhere}"\nsmtp_url = "smtp://mail.example.com"`;
      expect(findings(put(text, 'toml', 0o644))).toEqual([]);
    });
  });

  it('gives way to the environment as a whole: value or file', () => {
    const file = put('smtp_url_file = "/nowhere"');
    expect(readConfig({ WARIFU_CONFIG: file, WARIFU_SMTP_URL: 'smtp://own' }).smtpUrl).toBe('smtp://own');
    const both = put('smtp_url = "smtp://h"\nsmtp_url_file = "/nowhere"');
    expect(findings(both)).toEqual([`Set smtp_url (${both}, line 1) or smtp_url_file (${both}, line 2), not both.`]);
  });

  it('wins over a credential of systemd', () => {
    writeFileSync(join(folder, 'warifu.smtp-url'), 'smtp://credential');
    const env = { CREDENTIALS_DIRECTORY: folder };
    expect(readConfig(env).smtpUrl).toBe('smtp://credential');
    expect(readConfig({ ...env, WARIFU_CONFIG: put('smtp_url = "smtp://file"') }).smtpUrl).toBe('smtp://file');
  });
});
