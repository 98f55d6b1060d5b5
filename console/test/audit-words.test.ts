import { describe, expect, test } from 'vitest';
import type { Entry } from '../src/audit/entries.ts';
import { toCsv, toJsonLines } from '../src/audit/export.ts';
import { readAuditSearch, toAuditSearch, toQuery } from '../src/audit/search.ts';
import {
  entrySentence,
  partyName,
  partyOf,
  questionOf,
  reasonWords,
  targetName,
  targetOf,
  typedOf,
} from '../src/audit/words.ts';
import { addTexts, chooseLanguage, named, translate as t } from '../src/language.ts';
import { audit as auditEn } from '../src/locales/en/audit.ts';
import { users as usersEn } from '../src/locales/en/users.ts';
import { audit as auditJa } from '../src/locales/ja/audit.ts';
import { users as usersJa } from '../src/locales/ja/users.ts';

addTexts({ ...auditJa, ...usersJa }, { ...auditEn, ...usersEn });
// The words alone; where they are kept outside of a page is another test's matter.
globalThis.document ??= { documentElement: {}, cookie: '' } as Document;
globalThis.location ??= { protocol: 'http:' } as Location;

const plain = (text: string) => text.replace(/[\u2062\u2063]/g, '');
const entry = (parts: Partial<Entry>): Entry => ({
  apiKind: 'User:revokeUserMFA',
  operatorId: 'OP0123456789',
  userName: 'taro',
  remoteIpAddress: '192.0.2.1',
  requestPath: '/v1/x',
  requestedTimeEpochMs: Date.UTC(2026, 10, 22),
  statusCode: 200,
  actor: 'sam:taro',
  target: 'sam:hanako',
  outcome: 'success',
  reason: '',
  requestId: 'r',
  userAgent: 'u',
  sequence: 1,
  previousHash: '',
  hash: 'h',
  ...parts,
});
const told = (language: 'ja' | 'en', parts: Partial<Entry>) => {
  chooseLanguage(language);
  return plain(entrySentence(entry(parts), t));
};

describe('a sentence', () => {
  test.each([
    ['ja', {}, 'taro が hanako の多要素認証を無効にしました。'],
    ['en', {}, 'taro disabled the MFA of hanako.'],
    ['ja', { outcome: 'failure', reason: 'wrong code' }, '失敗しました。理由: 認証コードが正しくありませんでした。'],
    [
      'en',
      { outcome: 'failure', reason: 'wrong code' },
      'tried to disable the MFA of hanako, which failed. Reason: the',
    ],
    ['ja', { outcome: 'refused', reason: 'AUM0017' }, '拒否されました。理由: 権限 User:revokeUserMFA がありません。'],
    ['en', { outcome: 'refused', reason: 'AUM0017' }, 'the permission User:revokeUserMFA is missing.'],
    ['ja', { actor: 'root', target: '', apiKind: 'Auth:signIn' }, 'ルートユーザーがログインしました。'],
    ['en', { actor: 'root', target: '', apiKind: 'Auth:signIn' }, 'Root user logged in.'],
    [
      'en',
      { actor: 'anonymous', apiKind: 'Auth:signIn', outcome: 'refused' },
      'Somebody not signed in tried to log in',
    ],
    ['ja', { target: '' }, 'taro が taro の多要素認証を無効にしました。'],
    ['ja', { apiKind: 'New:operation' }, 'taro が New:operation を実行しました。'],
    ['en', { apiKind: 'New:operation', outcome: 'failure' }, 'taro tried to call New:operation, which failed.'],
    ['en', { actor: 'host:alice', apiKind: 'Host:operator create' }, 'The host (alice) created an operator.'],
    ['en', { target: 'sam:hanako role:Desk', apiKind: 'Role:detachRole' }, 'taro took the role Desk from hanako.'],
    ['ja', { target: 'sam:hanako keyId-abc', apiKind: 'User:deleteUserAuthKey' }, 'hanako の認証キー keyId-abc を削除'],
    ['en', { target: 'notification:recovery', apiKind: 'SystemNotification:setSystemNotification' }, 'Recovery email'],
    ['ja', { actor: 'sam:田中 太郎', target: 'sam:管理者' }, '田中 太郎が管理者の多要素認証を無効にしました。'],
  ] as const)('in %s of %j', (language, parts, sentence) => {
    expect(told(language, parts as Partial<Entry>)).toContain(sentence);
  });

  test('marks the names in it, and nothing else', () => {
    chooseLanguage('ja');
    const marked = entrySentence(entry({}), t).match(/\u2062[^\u2063]*\u2063/g);
    expect(marked).toEqual([named('taro'), named('hanako')]);
  });

  test('keeps a reason that has no words yet', () => {
    expect(reasonWords(entry({ reason: 'a new reason' }), t)).toBe('a new reason');
    expect(reasonWords(entry({ reason: '' }), t)).toBe('');
  });
});

describe('people and things of the log', () => {
  test.each([
    ['sam:taro', { who: 'sam:taro', what: '' }],
    ['sam:taro role:Desk', { who: 'sam:taro', what: 'role:Desk' }],
    ['sam:田中 太郎 role:Desk', { who: 'sam:田中 太郎', what: 'role:Desk' }],
    ['sam:taro keyId-1', { who: 'sam:taro', what: 'keyId-1' }],
    ['root keyId-1', { who: 'root', what: 'keyId-1' }],
    ['role:Desk', { who: '', what: 'role:Desk' }],
    ['settings', { who: '', what: 'settings' }],
    ['default permissions', { who: '', what: 'default permissions' }],
    ['', { who: 'sam:me', what: '' }],
  ])('%s', (target, parts) => {
    expect(targetOf({ target, actor: 'sam:me' })).toEqual(parts);
  });

  test('are called what people call them', () => {
    chooseLanguage('ja');
    const name = (party: string) => plain(partyName(party, t));
    expect(['root', 'anonymous', 'system', 'settings'].map(name)).toEqual([
      'ルートユーザー',
      '未ログインの利用者',
      'システム',
      '設定',
    ]);
    expect(['sam:taro', 'role:srn:warifu::Role:Auditor', 'email:em-1', 'OP0123456789', 'host:bob'].map(name)).toEqual([
      'taro',
      'Auditor',
      'email:em-1',
      'OP0123456789',
      'サーバーの管理者 (bob)',
    ]);
    expect(name('notification:primary')).toBe('プライマリメールアドレス');
    expect(plain(targetName({ target: 'sam:taro role:Desk', actor: 'root' }, t))).toBe('taro, Desk');
    expect(targetName({ target: '', actor: 'root' }, t)).toBe('');
  });

  test.each([
    ['', ''],
    [' taro ', 'sam:taro'],
    ['ルートユーザー', 'root'],
    ['ROOT', 'root'],
    ['未ログインの利用者', 'anonymous'],
    ['sam:taro', 'sam:taro'],
    ['role:Desk', 'role:Desk'],
    ['keyId-abc', 'keyId-abc'],
    ['OP0123456789', 'OP0123456789'],
    ['設定', 'settings'],
    ['system-admin', 'sam:system-admin'],
  ])('%s is typed for %s, and read back', (typed, party) => {
    chooseLanguage('ja');
    expect(partyOf(typed, t)).toBe(party);
    expect(partyOf(typedOf(party || undefined, t), t)).toBe(party);
  });
});

describe('a question', () => {
  test('says again what was asked, without the operator, which is always the own one', () => {
    const question = {
      userName: 'taro',
      api: 'User:getUser',
      pathVariables: { operator_id: 'OP1', user_name: 'hanako' },
      queryParameters: { limit: '5' },
      sourceIp: '192.0.2.1',
      at: 5,
      authMethod: 'password+totp' as const,
      authAgeSeconds: 90,
      secondsSinceMfaReset: 7,
    };
    expect(questionOf({ question })).toEqual({
      user: 'taro',
      api: 'User:getUser',
      path: { user_name: 'hanako' },
      query: { limit: '5' },
      ip: '192.0.2.1',
      at: 5,
      method: 'password+totp',
      proved: 90,
      reset: 7,
    });
  });

  test('leaves out what was not there', () => {
    expect(questionOf({})).toBeUndefined();
    const bare = {
      userName: 'taro',
      api: 'User:listUsers',
      pathVariables: { operator_id: 'OP1' },
      queryParameters: {},
    };
    expect(questionOf({ question: bare })).toEqual({ user: 'taro', api: 'User:listUsers' });
  });
});

describe('a search', () => {
  test('is read from an address, and what does not fit is passed over', () => {
    const whole = {
      kind: 'User:getUser',
      actor: 'sam:taro',
      target: 'root',
      outcome: 'refused',
      range: 'custom',
      from: 1,
      to: 2,
      zone: 'utc',
      event: 3,
    };
    expect(readAuditSearch(whole)).toEqual(whole);
    const wrong = {
      kind: '',
      actor: 5,
      target: null,
      outcome: 'maybe',
      range: 'all',
      from: '1',
      zone: 'local',
      event: '3',
    };
    expect(readAuditSearch(wrong)).toEqual({});
  });

  const typed = { kind: ' User:getUser ', actor: 'taro', target: '', outcome: '', range: 'day', from: '', to: '' };
  const asIs = (party: string) => party && `sam:${party}`;

  test('is made of what was typed; times count only where the period is one of its own', () => {
    expect(toAuditSearch(typed, asIs)).toEqual({ kind: 'User:getUser', actor: 'sam:taro', range: 'day' });
    const times = { from: '2026-11-22T10:00', to: '2026-11-22T11:00' };
    expect(toAuditSearch({ ...typed, ...times }, asIs)).not.toHaveProperty('from');
    expect(toAuditSearch({ ...typed, ...times, range: 'custom' }, asIs)).toMatchObject({
      from: new Date('2026-11-22T10:00').getTime(),
      to: new Date('2026-11-22T11:00').getTime(),
    });
  });

  test('is asked of the server by its names', () => {
    const now = 10 * 86_400_000;
    expect(toQuery({ range: 'day', kind: 'a', actor: 'b', target: 'c', outcome: 'failure' }, now)).toEqual({
      api_kind: 'a',
      actor: 'b',
      target: 'c',
      outcome: 'failure',
      from_epoch_ms: 9 * 86_400_000,
    });
    expect(toQuery({ range: 'custom', from: 1, to: 2 }, now)).toEqual({ from_epoch_ms: 1, to_epoch_ms: 2 });
    expect(toQuery({ range: 'week' }, now)).toEqual({ from_epoch_ms: 3 * 86_400_000 });
    expect(toQuery({ range: 'hour' }, now)).toEqual({ from_epoch_ms: now - 3_600_000 });
    expect(toQuery({}, now)).toEqual({});
  });
});

describe('an export', () => {
  test('is read by spreadsheets, and runs nothing in them', () => {
    const csv = toCsv([entry({ userAgent: '=cmd|"/c calc"', reason: '+1', target: 'sam:"x"' })]);
    expect(csv.startsWith('\uFEFFsequence,time,actor,')).toBe(true);
    expect(csv).toContain('2026-11-22T00:00:00.000Z');
    expect(csv).toContain(`"'=cmd|""/c calc"""`);
    expect(csv).toContain(`"'+1"`);
    expect(csv).toContain('"sam:""x"""');
    expect(csv.endsWith('\r\n')).toBe(true);
  });

  test('is one object a line', () => {
    const lines = toJsonLines([entry({ sequence: 1 }), entry({ sequence: 2 })]);
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Entry).sequence),
    ).toEqual([1, 2]);
  });
});
