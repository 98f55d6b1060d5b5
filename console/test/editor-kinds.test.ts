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
import { permissionKind as kindOf } from '../src/permissions/editor/permission-kind.ts';
import { trustKind } from '../src/permissions/editor/trust-kind.ts';
import { ownOnly, withImported } from '../src/permissions/known-operations.ts';

const operator = 'OP0123456789';
const permissionKind = kindOf({ ...ownOnly, isWhole: true });
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
  // The parser works by the clock; here it takes what it needs, and what looks for the place finds it done.
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

  test('at the end of a long text as at its beginning', () => {
    const statement = '{"effect":"allow","api":"User:getUser"},';
    expect(suggested(permissionKind, `{"statements":[${statement.repeat(500)}{"effect":"|"}]}`)).toEqual([
      'allow',
      'deny',
    ]);
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

describe('with an imported catalogue', () => {
  const imported = [
    { operation: 'Order:cancel', method: 'DELETE', path: '/orders/{order-id}', summary: 'Cancels <b>an</b> order.' },
    {
      operation: 'Order:list',
      method: 'GET',
      path: '/orders',
      summary: 'Lists orders.',
      queryParameters: ['state', 'filter[by]', "it's", 'a"b'],
    },
    { operation: 'billing.v2:pay', method: 'POST', path: '/bills/{bill}/pay', summary: '' },
  ];
  const kind = kindOf({ operations: withImported(imported), isWhole: true });
  const text = (api: string, condition?: string) =>
    JSON.stringify({ statements: [{ effect: 'allow', api, ...(condition && { condition }) }] });
  const levels = (written: string, of = kind) => of.check(written, 'en').map(({ level }) => level);

  test('its operations and patterns are suggested with what the file says of them', () => {
    expect(suggested(kind, '{"statements":[{"effect":"allow","api":["Order:|"]}]}')).toEqual(
      expect.arrayContaining(['User:getUser', 'Order:*', 'Order:cancel', 'billing.v2:*', 'billing.v2:pay']),
    );
    const options = kind.values('api', t, [])?.options ?? [];
    expect(options.find(({ label }) => label === 'Order:cancel')?.info).toBe(
      'Cancels <b>an</b> order.\nDELETE /orders/{order-id}',
    );
    expect(options.find(({ label }) => label === 'Order:*')?.detail).toContain('2');
  });

  test('the path variables of what a statement is about are suggested in its condition, and no others', () => {
    const variables = (api: string, written: string) =>
      suggested(kind, `{"statements":[{"effect":"allow","condition":"${written}|","api":${api}}]}`).filter((label) =>
        label.startsWith('pathVariable('),
      );
    expect(variables('"Order:*"', 'path')).toEqual(["pathVariable('order-id')"]);
    expect(variables('["Order:list","billing.v2:*"]', "pathVariable('")).toEqual(["pathVariable('bill')"]);
    expect(variables('"Order:list"', 'path')).toEqual([]);
    expect(variables('"User:getUser"', 'path')).toContain("pathVariable('user_name')");
  });

  test('so are its query parameters that can be written as they are', () => {
    const written = `{"statements":[{"effect":"allow","api":"Order:*","condition":"queryParameter('st|"}]}`;
    const labels = suggested(kind, written).filter((label) => label.startsWith('queryParameter('));
    expect(labels).toEqual(["queryParameter('state')", "queryParameter('filter[by]')"]);
  });

  test('whoever points at a name or a pattern is told what it stands for', () => {
    expect(kind.meaning?.('api', 'Order:cancel')).toEqual(['Cancels <b>an</b> order.', 'DELETE /orders/{order-id}']);
    expect(kind.meaning?.('api', 'Order:*')).toEqual([expect.stringContaining('2'), 'Order:cancel', 'Order:list']);
    expect([kind.meaning?.('api', 'Moon:*'), kind.meaning?.('condition', 'Order:list')]).toEqual([[], []]);
  });

  test('remarks know them: a name that is none, a variable that is none, a misspelt one', () => {
    expect(levels(text('Order:cancel', "pathVariable('order-id') == '7'"))).toEqual([]);
    expect(levels(text('Order:cancel'), permissionKind)).toEqual(['suggestion']);
    expect(levels(text('Order:cancle'))).toEqual(['suggestion']);
    expect(levels(text('Order:cancel', "pathVariable('id') == '7'"))).toEqual(['security']);
    expect(levels(text('order:cancel'))).toContain('error');
  });

  test('nothing is said of a name where the caller may not see which there are', () => {
    expect(levels(text('Order:cancel'), kindOf(ownOnly))).toEqual([]);
    expect(levels(text('User:getuser'), kindOf(ownOnly))).toContain('error');
  });

  test('what a change means for them is said in words', () => {
    expect(kind.changeWords('', text('Order:list'), t)).toEqual([t('editor.opened', { api: named('Order:list') })]);
  });
});

describe('in a trust policy', () => {
  const srn = (name: string) =>
    trust.values('soracom', t, [])?.options.find(({ label }) => label.endsWith(`:${name}`))?.label;
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
