import { beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../src/audit/entries.ts';
import { toCsv } from '../src/audit/export.ts';
import { entrySentence } from '../src/audit/words.ts';
import { addTexts, named, type Translate, translate } from '../src/language.ts';
import { audit as auditEn } from '../src/locales/en/audit.ts';
import { common as commonEn } from '../src/locales/en/common.ts';
import { security as securityEn } from '../src/locales/en/security.ts';
import { audit as auditJa } from '../src/locales/ja/audit.ts';
import { common as commonJa } from '../src/locales/ja/common.ts';
import { security as securityJa } from '../src/locales/ja/security.ts';
import { drawQr } from '../src/look/qr-code.tsx';
import { codesFileName, codesText, type Sheet } from '../src/security/codes-file.ts';

const names = ['田中 太郎', 'dave+eu@example.com', 'محمد علي', 'שלום-1', '𠮷'.repeat(64), 'm'.repeat(64)];
const addresses = ['owner@例え.テスト', 'owner@😀.example', 'owner@مثال.إختبار', `${'a'.repeat(64)}@example.com`];

beforeAll(() => {
  addTexts({ ...commonJa, ...securityJa, ...auditJa }, { ...commonEn, ...securityEn, ...auditEn });
  Object.assign(globalThis, { location: { origin: 'https://id.example.com' } });
  return () => Reflect.deleteProperty(globalThis, 'location');
});

describe('backup codes of an unusual address, as a file and as a printed sheet', () => {
  const codes = ['ABCDEFGH', 'JKMNPQRS', 'TUVWXYZ2', '3456789A', 'BCDEFGHJ'];
  test.each(addresses)('%s', (email) => {
    const set = { number: 1, mark: 'K7QM', createdAt: new Date(2026, 10, 29, 12).getTime() };
    const sheet = { codes, session: { operatorId: 'OP0123456789', email }, set } as Sheet;
    // Both are made of these texts.
    const lines = codesText(sheet, translate).split('\r\n');
    expect(lines.filter((line) => line.endsWith(` ${email}`))).toHaveLength(1);
    expect(lines.filter((line) => codes.includes(line))).toEqual(codes);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(codesFileName(sheet)).toBe('warifu-backup-codes-OP0123456789-2026-11-29.txt');
  });
});

describe('records about unusual names', () => {
  const entryOf = (userName: string, reason = ''): Entry =>
    ({
      actor: `sam:${userName}`,
      userName,
      target: `sam:${userName}`,
      apiKind: 'User:getUser',
      outcome: 'success',
      statusCode: 200,
      sequence: 1,
      requestedTimeEpochMs: 0,
      reason,
      remoteIpAddress: '192.0.2.1',
      requestPath: `/v1/operators/OP0123456789/users/${encodeURIComponent(userName)}`,
      requestId: 'r',
      userAgent: 'x',
      previousHash: '',
      hash: '',
    }) as Entry;
  const t: Translate = (key, params) => `${key} ${JSON.stringify(params)}`;

  test.each(names)('%s: one field of one line in a spreadsheet, and whole in a sentence', (name) => {
    const [head = '', row = '', ...rest] = toCsv([entryOf(name)]).split('\r\n');
    expect(rest).toEqual(['']);
    const cells = row.split(',');
    expect(cells).toHaveLength(head.split(',').length);
    expect(cells[head.split(',').indexOf('userName')]).toBe(`"${name}"`);
    expect(entrySentence(entryOf(name), t)).toContain(JSON.stringify(named(name)));
  });

  test.each(['=1+1', '+1', '-1', '@x', '\t=1', 'a "quoted", b\r\nc'])(
    'a reason %j is text in a spreadsheet',
    (reason) => {
      const csv = toCsv([entryOf('x', reason)]);
      expect(csv).toContain(`"${/^[=+\-@\t]/.test(reason) ? "'" : ''}${reason.replaceAll('"', '""')}"`);
    },
  );
});

describe('QR codes of the longest labels', () => {
  test.each([...names.map((name) => `OP0123456789/${name}`), ...addresses])('%s', (account) => {
    const label = encodeURIComponent(`Warifu:${account}`);
    const uri = `otpauth://totp/${label}?issuer=Warifu&secret=${'A'.repeat(32)}&algorithm=SHA1&digits=6&period=30`;
    // It is 228 px wide on the page: each square is still two pixels of a usual screen.
    expect(drawQr(uri).size).toBeLessThanOrEqual(114);
  });
});
