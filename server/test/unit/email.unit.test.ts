import { describe, expect, it } from 'vitest';
import { parseEmail } from '../../src/mail/address.ts';

describe('R67: e-mail addresses', () => {
  it.each([
    ['a@example.com', 'a@example.com'],
    ['  A.B+tag@Example.COM ', 'a.b+tag@example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['a@localhost', 'a@localhost'],
    ['a@例え.jp', 'a@xn--r8jz45g.jp'],
    ['a@XN--R8JZ45G.jp', 'a@xn--r8jz45g.jp'],
    ['a@ＥＸＡＭＰＬＥ。com', 'a@example.com'],
  ])('%j counts as %s', (typed, key) => {
    expect(parseEmail(typed)?.emailKey).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['no at sign', 'example.com'],
    ['two at signs', 'a@b@example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'a@'],
    ['a quoted local part', '"a b"@example.com'],
    ['a comment', 'a(x)@example.com'],
    ['an angle', 'A <a@example.com>'],
    ['a list', 'a@example.com,b@example.com'],
    ['a space inside', 'a b@example.com'],
    ['a dot at the end of the local part', 'a.@example.com'],
    ['two dots', 'a..b@example.com'],
    ['a control in the local part', 'a\r\nbcc:b@example.com'],
    ['NUL', 'a\0@example.com'],
    ['letters beyond ASCII in the local part', 'é@example.com'],
    ['a long s for s', '\u017fupport@example.com'],
    ['a dotless i', 'adm\u0131n@example.com'],
    ['an address literal', 'a@[127.0.0.1]'],
    ['a number for a domain', 'a@0x7f.1'],
    ['a port', 'a@example.com:25'],
    ['a hyphen at an edge', 'a@-example.com'],
    ['an underscore', 'a@ex_ample.com'],
    ['an empty label', 'a@example..com'],
    ['a label of 64', `a@${'x'.repeat(64)}.com`],
    ['255 bytes', `a@${`${'x'.repeat(60)}.`.repeat(4)}${'y'.repeat(9)}`],
  ])('refuses %s', (_, typed) => {
    expect(parseEmail(typed)).toBeUndefined();
  });

  // Each of these once had the key of a@example.com while the mail would have gone to what was typed.
  it.each([
    'a@example.com/evil.test',
    'a@example.com?evil.test',
    'a@example.com#evil.test',
    'a@example.com\\evil.test',
    'a@ex%61mple.com',
    'a@exam\nple.com',
    'a@exam\tple.com',
    'a@exam\u00adple.com',
    'a@exam\u200bple.com',
  ])('%j cannot pass for a@example.com', (typed) => {
    expect(parseEmail(typed)).toBeUndefined();
  });

  it('mails every spelling of a domain to that one domain', () => {
    const spellings = ['a@ｅｘａｍｐｌｅ.com', 'a@EXAMPLE。com', 'a@example.com'];
    for (const typed of spellings) expect(parseEmail(typed)?.email.toLowerCase()).toBe('a@example.com');
    expect(parseEmail('a@XN--R8JZ45G.jp')?.emailKey).toBe(parseEmail('a@例え.jp')?.emailKey);
  });

  it('takes 254 bytes', () => {
    const domain = `${'x'.repeat(60)}.`.repeat(4);
    const typed = `a@${domain}${'y'.repeat(254 - 2 - domain.length)}`;
    expect(parseEmail(typed)?.emailKey).toHaveLength(254);
  });
});
