import { CompletionContext } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { applyEdit } from '@warifu/policy';
import { beforeAll, describe, expect, test } from 'vitest';
import { addTexts, named, startLanguage, translate as t } from '../src/language.ts';
import { permissions as permissionsEn } from '../src/locales/en/permissions.ts';
import { permissions as permissionsJa } from '../src/locales/ja/permissions.ts';
import { completion } from '../src/permissions/editor/completion.ts';
import { permissionKind } from '../src/permissions/editor/permission-kind.ts';
import { trustKind } from '../src/permissions/editor/trust-kind.ts';

const operator = 'OP0123456789';
const trust = trustKind(operator, ['taro', 'hanako']);

beforeAll(() => {
  // Where a page keeps its language is no matter here.
  Object.assign(globalThis, { document: { documentElement: {}, cookie: 'warifu-language=en' } });
  startLanguage(permissionsJa, permissionsEn);
  addTexts(permissionsJa, permissionsEn);
});

/** What is suggested at the bar in a text. */
function suggested(kind: typeof trust, marked: string, explicit = true): string[] {
  const pos = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', ''), extensions: [json()] });
  // The parser works by the clock; here it takes what it needs.
  ensureSyntaxTree(state, state.doc.length, 60_000);
  const found = completion(() => kind, t)(new CompletionContext(state, pos, explicit));
  return found?.options.map(({ label }) => label) ?? [];
}

describe('in a permission', () => {
  test.each([
    ['{"|"}', ['statements']],
    ['{"statements":[{"|"}]}', ['effect', 'api', 'condition']],
    ['{"statements":[{"effect":"|"}]}', ['allow', 'deny']],
    ['{"statements":[{"effect":"al|"}]}', ['allow', 'deny']],
  ])('at the bar of %s', (text, labels) => {
    expect(suggested(permissionKind, text)).toEqual(labels);
  });

  test('operations and patterns are suggested by name, but only those that permissions decide', () => {
    const labels = suggested(permissionKind, '{"statements":[{"effect":"allow","api":["User:|"]}]}');
    expect(labels).toEqual(expect.arrayContaining(['*', 'User:*', 'User:getUser', 'Role:attachRole']));
    expect(labels).not.toContain('Auth:auth');
    expect(labels).not.toContain('Operator:revokeMFA');
  });

  test('a condition has variables, functions and keywords', () => {
    const labels = suggested(permissionKind, '{"statements":[{"effect":"allow","api":"*","condition":"sam|"}]}');
    expect(labels).toEqual(expect.arrayContaining(['samUserName', 'mfaAuthenticated', 'ipAddress', 'and', 'not']));
  });

  test('nothing is suggested outside of strings, nor unasked where nothing was typed', () => {
    expect(suggested(permissionKind, '{"statements":|[]}')).toEqual([]);
    expect(suggested(permissionKind, '{"statements":[{"effect":"|"}]}', false)).toEqual([]);
    expect(suggested(permissionKind, '|')).toEqual([]);
  });

  test.each(permissionKind.templates.map(({ title, text }) => [title, text] as const))(
    'the template %s can be saved as it is, and is laid out',
    (_, text) => {
      expect(permissionKind.check(text, 'en').filter(({ level }) => level === 'error')).toEqual([]);
      expect(permissionKind.format(text)).toBe(text);
    },
  );

  test('an empty text needs no remark; a broken one has the place of its mistake', () => {
    expect(permissionKind.check('  \n', 'en')).toEqual([]);
    const text = '{\n  "statements": [\n    {"effect": "alow", "api": "*"}\n  ]\n}';
    const [first] = permissionKind.check(text, 'ja');
    expect(first).toMatchObject({ level: 'error', line: 3 });
    expect(text.slice(first?.from, first?.to)).toBe('"alow"');
    expect(first?.message).toMatch(/allow/);
  });

  test('a remark mends what it can, and nothing else', () => {
    const text = '{"statements":[{"effect":"allow","api":["User:getUser","User:getUser"]}]}';
    const remark = permissionKind.check(text, 'en').find(({ fix }) => fix !== null);
    expect(remark?.level).toBe('suggestion');
    const mended = remark?.fix ? applyEdit(text, remark.fix) : '';
    expect(JSON.parse(mended).statements[0].api).toEqual(['User:getUser']);
    expect(permissionKind.check(mended, 'en').filter(({ fix }) => fix !== null)).toEqual([]);
  });

  test('a misspelt operation is refused here as it is by the server', () => {
    const remarks = permissionKind.check('{"statements":[{"effect":"allow","api":"User:getuser"}]}', 'en');
    expect(remarks.map(({ level }) => level)).toContain('error');
    expect(remarks.map(({ message }) => message).join()).toContain('User:getUser');
    // What no operation is like may be one of a newer server: that is a word of advice only.
    const [unknown] = permissionKind.check('{"statements":[{"effect":"allow","api":"Moon:land"}]}', 'en');
    expect(unknown?.level).toBe('suggestion');
  });

  test('formatting keeps a text that is none', () => {
    expect(permissionKind.format('{"statements":[')).toBe('{"statements":[');
    expect(permissionKind.format('{"statements":[{"effect":"allow","api":"*"}]}').split('\n').length).toBeGreaterThan(
      3,
    );
  });

  const allow = (api: string, condition?: string) =>
    JSON.stringify({ statements: [{ effect: 'allow', api, ...(condition && { condition }) }] });
  test.each([
    ['', allow('User:getUser'), 'editor.opened'],
    ['', allow('User:getUser', 'mfaAuthenticated'), 'editor.openedSometimes'],
    [allow('User:getUser'), '', 'editor.closed'],
    [allow('User:getUser'), allow('User:getUser', 'mfaAuthenticated'), 'editor.narrowed'],
    [allow('User:getUser', 'mfaAuthenticated'), allow('User:getUser', 'authAgeSeconds < 5'), 'editor.conditions'],
  ] as const)('from %s to %s is said as %s', (before, after, words) => {
    expect(permissionKind.changeWords(before, after, t)).toEqual([t(words, { api: named('User:getUser') })]);
  });

  test('what changes nothing is not spoken of', () => {
    const spaced = '{ "statements": [ { "effect": "allow", "api": [ "User:getUser" ] } ] }';
    expect(permissionKind.changeWords(allow('User:getUser'), spaced, t)).toEqual([]);
  });
});

describe('in a trust policy', () => {
  const srn = (name: string) =>
    trust.values('soracom', t)?.options.find(({ label }) => label.endsWith(`:${name}`))?.label;
  const policy = (names: string[], condition?: string) =>
    JSON.stringify({
      statements: [{ effect: 'allow', principal: { soracom: names.map(srn) }, ...(condition && { condition }) }],
    });

  test('the users of the operator are suggested as principals, by the name that the server reads', () => {
    const labels = suggested(trust, `{"statements":[{"effect":"allow","principal":{"soracom":["|"]}}]}`);
    expect(labels).toHaveLength(3);
    expect(labels.filter((label) => label.includes(operator))).toHaveLength(3);
    expect(labels.some((label) => label.endsWith(':taro'))).toBe(true);
    expect(suggested(trust, '{"statements":[{"|"}]}')).toEqual(['effect', 'principal', 'condition']);
    expect(suggested(trust, '{"statements":[{"effect":"|"}]}')).toEqual(['allow']);
  });

  test('is said in words, person by person', () => {
    const words = trust.changeWords(policy(['taro']), policy(['taro', 'hanako'], 'mfaAuthenticated'), t);
    expect(words).toHaveLength(2);
    expect(words.map((line) => line.replace(/[\u2062\u2063]/g, ''))).toEqual(
      expect.arrayContaining([expect.stringContaining('taro'), expect.stringContaining('hanako')]),
    );
    expect(trust.changeWords(policy(['taro']), policy(['taro']), t)).toEqual([]);
  });

  test('has no templates, begins empty, and is laid out like any document', () => {
    expect([trust.templates, trust.empty]).toEqual([[], '']);
    expect(trust.format('not a policy')).toBe('not a policy');
    expect(trust.format(policy(['taro'])).split('\n').length).toBeGreaterThan(3);
    expect(trust.check(policy(['taro']), 'en').filter(({ level }) => level === 'error')).toEqual([]);
  });
});
