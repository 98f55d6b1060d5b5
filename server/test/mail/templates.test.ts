import type { Language } from '@warifu/contract';
import { describe, expect, it } from 'vitest';
import type { LinkMail, MailFacts, NoticeEvent } from '../../src/mail/facts.ts';
import { formatTime, renderMail } from '../../src/mail/templates/render.ts';
import { happening, linkMail, notice, start } from './helper.ts';

const site = { baseUrl: 'https://id.example.com', timeZone: 'Asia/Tokyo', name: 'Warifu', accent: undefined };
const languages: readonly Language[] = ['ja', 'en'];
const receipt = { sessions: 2, pendingSignIns: 1, links: 0, backupCodes: 5 };
const lockLink = `${site.baseUrl}/account/lock#LOCK-TOKEN`;
const cancelLink = `${site.baseUrl}/mfa/reset/cancel#CANCEL-TOKEN`;
const addresses = ['root@example.com', 'second@example.com'];
const authKeyIds = ['keyId-AAAA', 'keyId-BBBB'];
const userName = 'alice.w';
const address = 'new@example.com';

const events: Readonly<Record<NoticeEvent, MailFacts>> = {
  operator_created: notice({ event: 'operator_created', sourceIp: '', userAgent: '' }),
  mfa_enabled: notice({ event: 'mfa_enabled', receipt: { ...receipt, backupCodes: 0 } }),
  mfa_disabled: notice({ event: 'mfa_disabled', receipt }),
  mfa_reset_requested: notice({ event: 'mfa_reset_requested', cancelLink }),
  mfa_reset_cancelled: notice({ event: 'mfa_reset_cancelled' }),
  mfa_reset_done: notice({ event: 'mfa_reset_done', receipt, addresses, authKeyIds }),
  backup_codes_renewed: notice({ event: 'backup_codes_renewed' }),
  backup_codes_frozen: notice({ event: 'backup_codes_frozen' }),
  password_changed: notice({
    event: 'password_changed',
    receipt: { sessions: 0, pendingSignIns: 0, links: 0, backupCodes: 0 },
  }),
  password_reset: notice({ event: 'password_reset', receipt, cancelLink: lockLink }),
  sign_in_new_source: notice({ event: 'sign_in_new_source' }),
  sign_in_new_device: notice({ event: 'sign_in_new_device' }),
  sign_in_disowned: notice({ event: 'sign_in_disowned', receipt }),
  sign_in_code_failed: notice({ event: 'sign_in_code_failed' }),
  sign_in_after_failures: notice({ event: 'sign_in_after_failures' }),
  session_ended: notice({
    event: 'session_ended',
    receipt: { sessions: 1, pendingSignIns: 0, links: 0, backupCodes: 0 },
  }),
  password_suspended: notice({ event: 'password_suspended' }),
  mfa_suspended: notice({ event: 'mfa_suspended' }),
  factor_added: notice({ event: 'factor_added' }),
  factor_replaced: notice({ event: 'factor_replaced', receipt }),
  factor_removed: notice({ event: 'factor_removed' }),
  passkey_copied: notice({ event: 'passkey_copied' }),
  passkeys_other_host: notice({ event: 'passkeys_other_host', sourceIp: '', userAgent: '' }),
  sam_mfa_enabled: notice({ event: 'sam_mfa_enabled', userName, receipt: { ...receipt, backupCodes: 0 } }),
  sam_mfa_disabled: notice({ event: 'sam_mfa_disabled', userName, receipt: { ...receipt, backupCodes: 0 } }),
  sam_mfa_reset_started: notice({
    event: 'sam_mfa_reset_started',
    userName,
    by: 'sam:helper',
    cancelLink,
    reason: 'phone lost',
  }),
  sam_mfa_reset_approved: notice({ event: 'sam_mfa_reset_approved', userName, by: 'root' }),
  sam_mfa_reset_stopped: notice({ event: 'sam_mfa_reset_stopped', userName }),
  sam_mfa_reset_done: notice({ event: 'sam_mfa_reset_done', userName, receipt: { ...receipt, backupCodes: 0 } }),
  sam_email_changed: notice({ event: 'sam_email_changed', userName, address }),
  sam_email_removed: notice({ event: 'sam_email_removed', userName, address }),
  auth_key_created: notice({ event: 'auth_key_created' }),
  trust_policy_changed: notice({ event: 'trust_policy_changed', userName }),
  email_added: notice({ event: 'email_added', address }),
  email_removed: notice({ event: 'email_removed', address }),
  primary_email_changed: notice({ event: 'primary_email_changed', address, account: address }),
  account_locked: notice({ event: 'account_locked', address, receipt, authKeyIds }),
  host_override_requested: notice({
    event: 'host_override_requested',
    sourceIp: '',
    userAgent: '',
    cancelLink,
    reason: 'phone lost',
    dueAt: start + 86_400_000,
  }),
  database_restored: notice({
    event: 'database_restored',
    sourceIp: '',
    userAgent: '',
    receipt: { ...receipt, backupCodes: 0 },
    asOf: start - 86_400_000,
    authKeyIds,
  }),
  host_override_done: notice({
    event: 'host_override_done',
    sourceIp: '',
    userAgent: '',
    receipt,
    reason: 'phone lost',
  }),
};
const factors = ['factor_added', 'factor_replaced', 'factor_removed', 'passkey_copied', 'passkeys_other_host'] as const;
/** Events of the root user that a SAM user can be the subject of as well. */
const shared = [
  'password_changed',
  'sign_in_new_source',
  'sign_in_new_device',
  'sign_in_disowned',
  'sign_in_code_failed',
  'sign_in_after_failures',
  'session_ended',
  'password_suspended',
  'mfa_suspended',
  ...factors,
  'auth_key_created',
] as const;
const ofUser = Object.fromEntries(shared.map((event) => [`${event} of a SAM user`, notice({ event, userName })]));
const samOnly = Object.entries<MailFacts>(events).filter(([event]) => /^sam_|^trust_policy/.test(event));
const samMails = [...samOnly, ...Object.entries<MailFacts>(ofUser)];
const link = (path: string) => `${site.baseUrl}${path}#LINK-TOKEN`;
const linkMails: Readonly<Record<LinkMail['template'], MailFacts>> = {
  mfa_reset_link: linkMail({ link: link('/mfa/reset/verify') }),
  sam_mfa_reset_link: linkMail({ template: 'sam_mfa_reset_link', link: link('/mfa/assisted'), userName }),
  password_reset_link: linkMail({ template: 'password_reset_link', link: link('/password/reset') }),
  sign_up_link: linkMail({
    template: 'sign_up_link',
    link: link('/signup/verify'),
    lifeMinutes: 1440,
    operatorId: '',
  }),
  add_email_link: linkMail({ template: 'add_email_link', link: link('/email/verify'), account: address }),
};
const known: MailFacts = { template: 'sign_up_known', ...happening };
const test: MailFacts = { template: 'test_mail', ...happening };
const atOldPrimary = notice({ event: 'primary_email_changed', address, account: address, cancelLink: lockLink });
const again = { at: start + 60_000, sourceIp: '203.0.113.8', userAgent: 'curl/8.5.0', userName: 'bob' };
const by = 'sam:mallory';
const gathered = notice({ event: 'sam_mfa_disabled', userName, receipt, by, further: [again, again], unnamed: 37 });
const toUser = (facts: MailFacts) => ({ ...facts, account: '', toUser: true as const });
const mails = Object.entries<MailFacts>({
  ...events,
  ...ofUser,
  ...linkMails,
  sign_up_known: known,
  test_mail: test,
  old_primary: atOldPrimary,
  gathered,
  started_to_user: toUser(events.sam_mfa_reset_started),
  disabled_to_user: toUser(events.sam_mfa_disabled),
});

const unescape = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
/** The texts between the tags of an HTML part. */
const textsOf = (html: string) =>
  (html.split('<body')[1] ?? '')
    .replace(/^[^>]*>/, '')
    .split(/<[^>]*>/)
    .map((text) => unescape(text).trim())
    .filter((text) => text !== '');
const squeeze = (text: string) => text.replace(/\s+/g, '');

describe.each(languages)('mails in %s', (language) => {
  it('read as they were agreed', async () => {
    const texts = mails.map(([, facts]) => {
      const mail = renderMail({ language, facts }, site);
      return `${'='.repeat(80)}\n${mail.subject}\n\n${mail.text}`;
    });
    await expect(texts.join('\n')).toMatchFileSnapshot(`golden/mails.${language}.txt`);
    const { html } = renderMail({ language, facts: events.mfa_reset_done }, site);
    await expect(html).toMatchFileSnapshot(`golden/mfa-reset-done.${language}.html`);
  });

  it.each(mails)('%s says the same in text and HTML', (_, facts) => {
    const { text, html } = renderMail({ language, facts }, site);
    const fromText = squeeze(text.replace(/^(?:- |\d+\. |■ )/gm, '').replace(/^([^:\n]+): (?!\/\/)/gm, '$1'));
    const fromHtml = squeeze(
      textsOf(html)
        .map((part) => part.replace(/^([^:\n]+): (?!\/\/)/, '$1'))
        .join(''),
    );
    expect(fromHtml).toBe(fromText);
  });

  it.each(mails)('%s begins with the fact and tells when, where and what to do', (_, facts) => {
    const { subject, text, html } = renderMail({ language, facts }, site);
    expect(subject).toMatch(/^\[Warifu\] \S/);
    expect(text.split('\n')[0]).toMatch(language === 'ja' ? /。$/ : /\.$/);
    const time =
      language === 'ja'
        ? '2026年11月22日 18:04:05 (Asia/Tokyo, GMT+09:00)'
        : '22 November 2026 at 18:04:05 (Asia/Tokyo, GMT+09:00)';
    expect(text).toContain(time);
    expect(text).toContain(facts.account);
    expect(text).toMatch(
      language === 'ja' ? /^■ 心当たりがない場合$/m : /^■ If (?:this was not you|you did not expect this)$/m,
    );
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toMatch(/<(?:table|img|script|style|link)\b|@import|url\(/);
  });

  it.each(mails)('%s has no live link but its own', (_, facts) => {
    const { text, html } = renderMail({ language, facts }, site);
    const own = 'link' in facts ? facts.link : 'cancelLink' in facts ? facts.cancelLink : undefined;
    const anchors = [...html.matchAll(/<a href="([^"]*)"/g)].map((match) => unescape(match[1] ?? ''));
    expect(anchors).toEqual(own ? [own] : []);
    expect(text.match(/#\S*TOKEN/g) ?? []).toHaveLength(own ? 1 : 0);
    if (own) expect(text.split('\n')).toContain(own);
  });

  it.each(Object.entries(linkMails))('%s states its life and that opening it changes nothing', (name, facts) => {
    const { text } = renderMail({ language, facts }, site);
    const life =
      name === 'sign_up_link' ? { ja: '24 時間以内', en: '24 hours' } : { ja: '30 分以内', en: '30 minutes' };
    expect(text).toContain(life[language]);
    const nothing = {
      ja: 'URL を開いただけでは、何も変更されません。',
      en: 'Opening the link changes nothing by itself.',
    };
    expect(text).toContain(nothing[language]);
  });

  it('lists what ended, and leaves out what there was none of', () => {
    const { text } = renderMail({ language, facts: events.mfa_disabled }, site);
    const lines = text.split('\n').filter((line) => line.startsWith('- '));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/2/);
    const none = { ja: '終了または無効になったものはありません', en: 'Nothing else was ended' };
    expect(renderMail({ language, facts: events.password_changed }, site).text).toContain(none[language]);
  });

  it.each(samMails)('%s names the SAM user and tells the root user what to do', (_, facts) => {
    const { subject, text } = renderMail({ language, facts }, site);
    expect(subject).toContain(userName);
    expect(text.split('\n')[0]).toContain(language === 'ja' ? `SAM ユーザー ${userName}` : `SAM user ${userName}`);
    expect(text).toMatch(language === 'ja' ? /^ユーザー: alice\.w$/m : /^User: alice\.w$/m);
    expect(`${subject} ${text.split('\n')[0]}`).not.toMatch(/ルートユーザー|root user/);
    expect(text).toContain(`${site.baseUrl}/security/users/${userName}`);
    expect(text).toContain(`${site.baseUrl}/logs/audit`);
    expect(text.replace(cancelLink, '')).not.toContain('/mfa/reset');
    expect(text).not.toContain('/password/forgot');
  });

  it.each(shared)('%s of the root user names no SAM user', (event) => {
    const { text } = renderMail({ language, facts: events[event] }, site);
    expect(text).not.toMatch(/^(?:ユーザー|User): /m);
    expect(text).not.toContain('/security/users');
  });

  it('names each of several times in one mail, and counts those that it does not name', () => {
    const { subject, text } = renderMail({ language, facts: gathered }, site);
    expect(subject).toMatch(language === 'ja' ? /ほか 39 件/ : /and 39 more/);
    expect(text).toMatch(language === 'ja' ? /40 件/ : /40 times/);
    expect(text).toMatch(language === 'ja' ? /^操作したユーザー: mallory$/m : /^Done by: mallory$/m);
    expect(text.split('\n').filter((line) => line.endsWith('/ bob / 203.0.113.8 / curl 8.5.0'))).toHaveLength(2);
    expect(text).toMatch(language === 'ja' ? /37 件/ : /37 more/);
    const evil = { ...again, userName: 'bob\r\nBcc: evil@example.net\u202E', sourceIp: '\n1' };
    const spoilt = renderMail({ language, facts: { ...gathered, by: evil.userName, further: [evil] } }, site);
    for (const part of [spoilt.text, spoilt.html]) expect(part).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|^Bcc/mu);
  });

  it.each(['email_added', 'email_removed', 'primary_email_changed'] as const)('%s begins with the address', (event) => {
    const { text } = renderMail({ language, facts: events[event] }, site);
    expect(text.split('\n')[0]).toContain(address);
  });

  it('lists the auth keys that still work after a reset, and says nothing of them when there are none', () => {
    const { text } = renderMail({ language, facts: events.mfa_reset_done }, site);
    for (const id of authKeyIds) expect(text.split('\n')).toContain(`- ${id}`);
    expect(text).toContain(`${site.baseUrl}/security/keys`);
    const without = notice({ event: 'mfa_reset_done', receipt, addresses, authKeyIds: [] });
    expect(renderMail({ language, facts: without }, site).text).not.toContain('/security/keys');
  });

  it('tells how frozen backup codes are replaced: not with a code', () => {
    const { text } = renderMail({ language, facts: events.backup_codes_frozen }, site);
    expect(text).toContain(
      {
        ja: 'パスワードを入力して多要素認証を無効にしてから、もう一度有効にしてください。',
        en: 'disable multi-factor authentication with the password and enable it again',
      }[language],
    );
  });

  it('names a host command instead of an address', () => {
    const { text } = renderMail({ language, facts: events.operator_created }, site);
    expect(text).toContain(language === 'ja' ? 'サーバー上のコマンド' : 'a command on the server');
    expect(text).not.toMatch(/ブラウザ|Browser/);
  });

  it.each(samMails)('%s is not changed by what is in the name of the user', (_, facts) => {
    const name = '<b>"&\'\r\nBcc: evil@example.net\u202E/../?#x\ud800';
    const { subject, text, html } = renderMail({ language, facts: { ...facts, userName: name } as MailFacts }, site);
    expect(subject).not.toMatch(/\p{Cc}|\p{Cf}/u);
    for (const part of [text, html]) expect(part).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|^Bcc/mu);
    expect(html.replace(`<a href="${cancelLink}">`, '')).not.toMatch(/<(?:b>|a )/);
    const pages = text.match(/https:\/\/id\.example\.com\/security\/users\/\S*/g) ?? [];
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) expect(page).toMatch(/^[^<>"]*\/users\/%3Cb%3E[^/?#<>"]*$/);
  });

  it.each(['email_added', 'email_removed', 'primary_email_changed'] as const)('%s escapes the address', (event) => {
    const evil = '"<script>"@example.com\r\nBcc: evil@example.net\u2066';
    const { subject, text, html } = renderMail({ language, facts: notice({ event, address: evil }) }, site);
    expect(subject).toBe(renderMail({ language, facts: events[event] }, site).subject);
    expect(html).not.toMatch(/<(?:script|a )/);
    for (const part of [text, html]) expect(part).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|^Bcc/mu);
  });

  it('is not changed by what strangers put into a request', () => {
    const evil =
      '<script>alert(1)</script>"\' \r\nBcc: evil@example.net\n\nhttps://evil.example/ \u202Egnp.exe\u2066\u0007';
    const facts = notice({
      event: 'mfa_reset_done',
      userAgent: evil,
      sourceIp: evil,
      account: evil,
      operatorId: evil,
      addresses: [evil],
      authKeyIds: [evil],
    });
    const { subject, text, html } = renderMail({ language, facts }, site);
    const harmless = renderMail({ language, facts: events.mfa_reset_done }, site);
    expect(subject).toBe(harmless.subject);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<a ');
    for (const part of [text, html]) expect(part).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|^(?:Bcc|https:\/\/evil)/mu);
    expect(text).toContain(language === 'ja' ? 'ブラウザー: 不明' : 'Browser: unknown');
  });
});

describe('a user agent in a mail', () => {
  const browserOf = (userAgent: string) =>
    /^Browser: (.*)$/m.exec(renderMail({ language: 'en', facts: notice({ userAgent }) }, site).text)?.[1];
  const mozilla = 'Mozilla/5.0 (X11; Linux x86_64)';
  const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)';
  it.each([
    [happening.userAgent, 'Chrome 140 (Windows)'],
    [`${mozilla} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/141.0`, 'Edge 141 (Linux)'],
    [`${mozilla} Gecko/20100101 Firefox/150.0`, 'Firefox 150 (Linux)'],
    [`${iPhone} AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile/15E Safari/604.1`, 'Safari 19 (iOS)'],
    ['curl/8.5.0', 'curl 8.5.0'],
    ['my-client/1.2 (build 7)', 'my-client 1.2'],
    ['Mozilla/5.0', 'unknown'],
    ['', 'unknown'],
    ['evil.example/1', 'unknown'],
    ['Call +1-555-0100 to secure your account', 'unknown'],
    ['Visit/https://evil.example', 'unknown'],
  ])('%s is %s', (userAgent, described) => {
    expect(browserOf(userAgent)).toBe(described);
  });
});

describe('the time in a mail', () => {
  it('names its zone', () => {
    expect(formatTime(start, 'en', 'UTC')).toBe('22 November 2026 at 09:04:05 (UTC)');
    expect(formatTime(start, 'ja', 'UTC')).toBe('2026年11月22日 9:04:05 (UTC)');
    expect(formatTime(start, 'en', 'America/New_York')).toBe(
      '22 November 2026 at 04:04:05 (America/New_York, GMT-05:00)',
    );
  });
});
