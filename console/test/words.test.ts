import { plainCode } from '@warifu/contract';
import { describe, expect, test } from 'vitest';
import { failure } from '../src/failure.ts';
import { describeFailure, fieldOf } from '../src/failure-words.ts';
import {
  backupCodeCheck,
  backupCodesIn,
  codeCheck,
  emailCheck,
  filled,
  newPasswordCheck,
  passwordLength,
} from '../src/fields/checks.ts';
import { addTexts, countText, type Translate, translate } from '../src/language.ts';
import { common as commonEn } from '../src/locales/en/common.ts';
import { security as securityEn } from '../src/locales/en/security.ts';
import { common as commonJa } from '../src/locales/ja/common.ts';
import { security as securityJa } from '../src/locales/ja/security.ts';
import { readReceipt } from '../src/receipt.ts';
import { browserName } from '../src/security/browser-name.ts';
import { codesState } from '../src/security/mfa-status.ts';
import { clockTime, exactTime, fromLocal, relativeTime, toLocal } from '../src/time.ts';

addTexts({ ...commonJa, ...securityJa }, { ...commonEn, ...securityEn });
const t: Translate = (key, params) => (params ? `${key} ${JSON.stringify(params)}` : key);

describe('checks', () => {
  test.each(['123456', '123 456', '123-456', '１２３４５６', '１２３ー４５６'])('%s is a code', (typed) => {
    expect(plainCode(typed)).toBe('123456');
    expect(codeCheck(t)(typed)).toBeNull();
  });
  test.each(['', '12345', '1234567', '12345a'])('%s is none', (typed) => {
    expect(codeCheck(t)(typed)).toBe('field.codeForm');
  });

  test('a backup code is taken as people write it down; a list gives its lines, once each', () => {
    expect(plainCode('abcd-efgh')).toBe('ABCDEFGH');
    expect(backupCodeCheck(t)('abcd efgq')).toBeNull();
    // Two letters changed places.
    expect(backupCodeCheck(t)('abdc efgq')).toBe('field.backupCodeMistyped');
    expect(backupCodeCheck(t)('abcd efg1')).toBe('field.backupCodeForm');
    expect(backupCodesIn('codes:\n1. ABCDEFGQ\r\n 2) JKMN-PQRP, ABCDEFGQ\nBCDEFGHJ\nnever share')).toEqual([
      'ABCDEFGQ',
      'JKMNPQRP',
    ]);
  });

  test('fields say what is missing; a password has the length that the server counts', () => {
    expect(emailCheck(t)(' ')).toContain('field.missing');
    expect(emailCheck(t)('a@b')).toBeNull();
    expect(emailCheck(t)('a b@c')).toBe('field.emailForm');
    expect(filled(t, 'x')('')).toContain('field.missing');
    expect(passwordLength('か\u3099𠮷')).toBe(2);
    expect(newPasswordCheck(t, 3)('𠮷𠮷')).toContain('PW_SHORT');
  });
});

describe('failures', () => {
  test.each([
    ['AUM0002', 'errors.LOGIN_FAILED', undefined],
    ['AUM0011', 'errors.PW_WRONG', 'password'],
    ['AUM0012', 'errors.LINK_INVALID', undefined],
    ['MFA0002', 'errors.OTP_INVALID', 'code'],
    ['MFA0010', 'errors.RESET_FAILED', undefined],
    ['OFFLINE', 'errors.OFFLINE', undefined],
  ] as const)('%s has words and a field', (code, words, field) => {
    const problem = failure({ code, status: 400 });
    expect(describeFailure(problem, t)).toContain(words);
    expect(fieldOf(problem)).toBe(field);
  });

  test('waiting has a time, a mistake of the server a number, and the rest the words of the server', () => {
    const at = Date.UTC(2026, 0, 1);
    expect(describeFailure(failure({ code: 'COM0429', status: 429, retryAt: at }), t)).toContain(clockTime(at));
    expect(describeFailure(failure({ code: 'X', status: 500, requestId: 'r1' }), t)).toContain('r1');
    expect(describeFailure(failure({ code: 'X', status: 400, message: 'said' }), t)).toBe('said');
  });
});

describe('receipts', () => {
  test('what ended is counted; what is unknown, zero or broken is passed over', () => {
    const receipt = readReceipt('sessions=3;x=1, links=0, backup-codes=5, moons=2, pending-sign-ins=a');
    expect([...receipt]).toEqual([
      ['sessions', 3],
      ['backup-codes', 5],
    ]);
    expect(readReceipt(null).size).toBe(0);
    expect(countText('receipt.sessions', 3)).toContain('3');
  });
});

describe('times', () => {
  test('are told in Japanese without breaks inside', () => {
    const now = Date.UTC(2026, 10, 22, 9, 4);
    expect(relativeTime(now - 1000, now)).toBe('たった今');
    expect(relativeTime(now - 120_000, now)).toMatch(/^2\u00a0?分前$/);
    expect(exactTime(now, 'utc')).not.toContain(' ');
    expect(fromLocal(toLocal(now))).toBe(now);
    expect([toLocal(undefined), fromLocal('')]).toEqual(['', undefined]);
  });
});

test('no space comes between Japanese words, whatever is filled in', () => {
  addTexts({ help: { title: '{who} が {what} を' } } as never, {});
  expect(translate('help.title', { who: 'ルートユーザー', what: '設定' })).toBe('ルートユーザーが設定を');
  expect(translate('help.title', { who: 'a@example.com', what: 'SAM' })).toBe('a@example.com が SAM を');
  // Names keep their own spaces.
  expect(translate('help.title', { who: '田中 太郎', what: '管理 者' })).toBe('田中 太郎が管理 者を');
});

describe('what a page shows of the account', () => {
  const codes = { createdAt: Date.now(), storedAt: Date.now(), triesLeft: 20 };
  test.each([
    ['stored', codes],
    ['notStored', { createdAt: Date.now(), triesLeft: 20 }],
    ['few', { ...codes, triesLeft: 5 }],
    ['stored', { ...codes, triesLeft: 6 }],
    ['old', { ...codes, createdAt: Date.now() - 400 * 86_400_000 }],
    ['frozen', { ...codes, frozenAt: 1 }],
    [undefined, undefined],
  ] as const)('backup codes are %s', (state, backupCodes) => {
    expect(codesState({ status: 'ACTIVE', ...(backupCodes && { backupCodes }) } as never)).toBe(state);
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36', 'Chrome 156 (Linux)'],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0', 'Edge 156 (Windows)'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19) Version/19.1 Safari/604.1', 'Safari 19 (iPhone)'],
    ['curl/8.5', undefined],
  ])('%s', (agent, name) => {
    expect(browserName(agent)).toBe(name);
  });
});
