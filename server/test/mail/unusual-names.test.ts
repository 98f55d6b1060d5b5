import { domainToASCII } from 'node:url';
import { isName, type Language } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totpUri } from '../../src/factors/totp.ts';
import { parseEmail } from '../../src/mail/address.ts';
import { deliverMails } from '../../src/mail/deliver.ts';
import { openTransport } from '../../src/mail/smtp.ts';
import { enqueue, makeWorld, notice, type World } from './helper.ts';
import { allWaits, type Sink, startSink } from './smtp.ts';

/** Names and addresses that people really have, and the longest ones. */
const names = [
  '田中 太郎',
  'dave+eu@example.com',
  'محمد علي',
  'שלום-1',
  'Nguyễn Văn An',
  'දිනේෂ් කුමාර',
  '𠮷'.repeat(64),
  'm'.repeat(64),
];
const addresses = [
  `${'a'.repeat(64)}@example.com`,
  "o'brien+!#$%&*=?^_{|}~@example.com",
  'owner@例え.テスト',
  'owner@😀.example',
  'owner@مثال.إختبار',
  `owner@${'l'.repeat(63)}.${'m'.repeat(63)}.example`,
];
const languages: readonly Language[] = ['ja', 'en'];

describe('mails about unusual names, as a mail program reads them', () => {
  let world: World;
  let sink: Sink;
  let transport: ReturnType<typeof openTransport>;
  beforeAll(async () => {
    world = await makeWorld('SQLite');
    sink = await startSink();
    transport = openTransport(sink.url, allWaits(10_000));
  });
  afterAll(async () => {
    transport.close();
    await sink.close();
    await world.end();
  });

  const sent = async (over: Parameters<typeof enqueue>[1]) => {
    await enqueue(world.ctx, over);
    expect(await deliverMails(world.ctx, transport)).toEqual({ sent: 1, failed: 0, dropped: 0 });
    const [mail, envelope] = [sink.mails.at(-1), sink.recipients.at(-1)];
    if (!mail) throw new Error('no mail came');
    return { mail, envelope, text: mail.text ?? '', html: String(mail.html) };
  };

  it.each(names)('%s: whole in subject, text and HTML, in both languages', async (userName) => {
    expect(isName(userName)).toBe(true);
    for (const language of languages) {
      const { mail, text, html } = await sent({ language, facts: notice({ event: 'sam_mfa_disabled', userName }) });
      expect(mail.subject).toContain(` ${userName} `);
      expect(text.split('\n')[0]).toContain(userName);
      expect(text).toMatch(new RegExp(`^(?:ユーザー|User): ${userName.replaceAll('+', '\\+')}$`, 'm'));
      expect(html).toContain(`translate="no">${userName}</dd>`);
      const page = /https?:\S+\/security\/users\/(\S+)/.exec(text)?.[1] ?? '';
      expect([/^[\x21-\x7e]+$/.test(page), decodeURIComponent(page)]).toEqual([true, userName]);
    }
  });

  it.each(addresses)('%s: gets its mail, and is whole in it', async (recipient) => {
    const email = parseEmail(recipient)?.email;
    expect(email).toBe(recipient);
    const [local = '', domain = ''] = recipient.split('@');
    for (const language of languages) {
      const { mail, envelope, text, html } = await sent({ language, recipient, facts: notice({ account: recipient }) });
      const inAscii = (address = '') => address.replace(/[^@]+$/, (part) => domainToASCII(part));
      expect(envelope?.map(inAscii)).toEqual([`${local}@${domainToASCII(domain)}`]);
      expect(mail.to).toMatchObject({ value: [{ name: '' }] });
      expect(text).toContain(recipient);
      expect(html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toContain(recipient);
    }
  });
});

describe('labels of authenticators', () => {
  it.each([...names.map((name) => `OP0123456789/${name}`), ...addresses])('%s', (account) => {
    const uri = totpUri('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', { issuer: 'Warifu', account });
    // A QR code of this error correction holds 2,331 bytes; phones read those of half as many.
    expect([/^otpauth:\/\/totp\/[\x21-\x7e]+$/.test(uri), uri.length < 1200]).toEqual([true, true]);
    const url = new URL(uri);
    const label = decodeURIComponent(url.pathname.replace(/^\/+(?:totp\/)?/, ''));
    expect(label).toBe(`${url.searchParams.get('issuer')}:${account}`);
    expect(url.searchParams.get('secret')).toBe('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
  });
});
