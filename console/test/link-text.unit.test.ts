import { describe, expect, it } from 'vitest';
import { linkPageOf, tokenInAddress, tokenInPaste } from '../src/sign-in/link-text.ts';

const token = 'Ab-_'.repeat(10) + 'xyz';

describe('the token of a mailed link', () => {
  it.each([
    `/email/verify#${token}`,
    `/email/verify%23${token}`,
    `/email/verify%2523${token}`,
    `/email/verify/#token=${token}`,
    `/email/verify?utm_source=mail#${token}`,
    `/email/verify#${token}?utm_source=mail`,
    `/email/verify#${token}&_hsenc=1`,
    `/email/verify?utm_source=mail%23${token}`,
    `/email/verify%23${token}?mc_cid=1`,
  ])('is found in the address %s', (address) => {
    expect(tokenInAddress(address)).toBe(token);
  });

  it.each(['/email/verify', '/email/verify#main', `/email/verify#${token}0`, `/email/verify#${token.slice(1)}`])(
    'is not in %s',
    (address) => {
      expect(tokenInAddress(address)).toBeUndefined();
    },
  );

  it.each([
    token,
    ` ${token}\n`,
    `https://id.example.com/email/verify#${token}`,
    `<https://id.example.com/email/verify#${token}>`,
    `https://id.example.com/email/ver\n  ify#${token.slice(0, 20)}=\r\n${token.slice(20)}`,
    `https://gateway.example/?u=https%3A%2F%2Fid.example.com%2Femail%2Fverify%23${token}&data=x`,
    `Open this:\nhttps://id.example.com/email/verify#${token}\nIt works once.`,
    `\u200b${token}\u200b`,
  ])('is found in what was pasted: %j', (pasted) => {
    expect(tokenInPaste(pasted)).toBe(token);
  });

  it.each(['', 'https://id.example.com/email/verify', token.slice(1), 'hello'])('is not in %j', (pasted) => {
    expect(tokenInPaste(pasted)).toBeUndefined();
  });

  it('belongs to a page, whatever was added to its path', () => {
    for (const path of ['/email/verify', '/email/verify/', `/email/verify%23${token}`, '/Email/Verify']) {
      expect(linkPageOf(path)).toBe('/email/verify');
    }
    for (const path of ['/login', '/email/verifying', '/x/email/verify']) expect(linkPageOf(path)).toBeUndefined();
  });
});
