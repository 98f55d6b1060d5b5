import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountKey,
  isName,
  isPrincipal,
  isReservedName,
  isRoleId,
  isTypedName,
  principalOf,
  srnOf,
  storedName,
  typedNewName,
} from '../src/names.ts';

describe('what users and roles may be called', () => {
  it.each([
    'a',
    'taro',
    'a.b-c_1',
    'dave@example.com',
    'sales+eu',
    '田中 太郎',
    '管理者',
    'サポート担当',
    'ﾀﾅｶ',
    'Ｔａｒｏ',
    'Ångström',
    'cafe\u0301',
    'Nguyễn Văn An',
    'Иван Петров',
    'Γιώργος',
    'محمد',
    'दिनेश',
    '김민수',
    '٣٤٥',
    '9lives',
    'é'.repeat(64).normalize('NFD'),
    '𠮷'.repeat(64),
  ])('%s', (name) => expect(isName(name)).toBe(true));

  it.each([
    ['nothing', ''],
    ['a blank', ' '],
    ['a blank in front', ' taro'],
    ['a blank behind', 'taro '],
    ['two blanks', 'taro  a'],
    ['the wide blank', '田中\u3000太郎'],
    ['a no-break space', 'taro\u00a0a'],
    ['a tab', 'taro\ta'],
    ['a line break behind', 'taro\n'],
    ['NUL', 'taro\0'],
    ['DEL', 'taro\u007f'],
    ['a zero-width space', 'ta\u200bro'],
    ['a zero-width joiner', 'ta\u200dro'],
    ['a soft hyphen', 'ta\u00adro'],
    ['a right-to-left override', 'taro\u202eexe'],
    ['a right-to-left mark', 'taro\u200f'],
    ['an isolate', '\u2066taro\u2069'],
    ['a byte order mark', '\ufefftaro'],
    ['a variation selector', '葛\u{e0100}'],
    ['a text selector', 'a\ufe0e'],
    ['a Hangul filler', 'a\u3164'],
    ['a grapheme joiner', 'a\u034fb'],
    ['a tag', 'a\u{e0061}'],
    ['an emoji', 'taro😀'],
    ['a sign in front', '.taro'],
    ['a path', '..'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a colon', 'a:b'],
    ['a per cent sign', 'a%b'],
    ['a wildcard', 'a*'],
    ['a formula', '=1'],
    ['markup', '<b>'],
    ['a quote', "o'neil"],
    ['a mark in front', '\u0301a'],
    ['a mark on a blank', 'a \u0301b'],
    ['a mark on a sign', 'a.\u0301'],
    ['half a character', 'a\ud83d'],
    ['what falls apart into a blank', 'a\u037a'],
    ['65 letters', 'a'.repeat(65)],
    ['65 letters of four bytes', '𠮷'.repeat(65)],
    ['a Cyrillic letter among Latin ones', 'tаro'],
    ['a Greek letter among Latin ones', 'tarο'],
    ['a Latin letter of full width among Cyrillic ones', 'Ивaн'.replace('a', 'ａ')],
  ])('not %s', (_, name) => expect(isName(name)).toBe(false));

  it('is at most 64 characters after composition, whatever came', () => {
    expect(isName('é'.repeat(65).normalize('NFD'))).toBe(false);
    expect(storedName('é'.normalize('NFD'))).toBe('é');
  });

  it('keeps words of the API from users, in any spelling', () => {
    for (const name of ['default_permissions', 'Default_Permissions', 'ｄｅｆａｕｌｔ_permissions', 'constructor']) {
      expect([name, isReservedName(name)]).toEqual([name, true]);
    }
    expect(isReservedName('default_permission')).toBe(false);
  });

  it('takes a new name as Japanese keyboards give it', () => {
    expect(typedNewName('\u3000田中\u3000太郎 ')).toBe('田中 太郎');
    expect(typedNewName('cafe\u0301')).toBe('café');
  });
});

describe('what counts as one account', () => {
  it.each([
    ['Taro', 'taro', 'ＴＡＲＯ', 'ｔａｒｏ', '𝐭𝐚𝐫𝐨', ' taro '],
    ['café', 'cafe\u0301', 'CAFÉ'],
    ['ガ', 'カ\u3099', 'ｶﾞ'],
    ['straße', 'STRASSE', 'strasse'],
    ['οδός', 'ΟΔΌΣ'],
    ['田中 太郎', '田中\u3000太郎', '田中  太郎'],
    ['dave@example.com', 'Dave＠Example．com'],
    ['ınci', 'inci'],
    ['İnci', 'i̇nci'],
    ['ﬁn', 'fin'],
    ['Å', '\u212b'],
  ])('%s', (...spellings) => expect(new Set(spellings.map(accountKey)).size).toBe(1));

  it('is not one of different letters', () => {
    const names = ['taro', 'taró', 'タロ', 'たろ', '太郎', 'ta ro', 'ta.ro', 'ta-ro', 'ta_ro'];
    expect(new Set(names.map(accountKey)).size).toBe(names.length);
  });

  it('is the same for every form of a name, and for itself', () => {
    const letters = fc.constantFrom(...Array.from('aZßıİſ ﬁÅéが각٣.@+-_ΣςσǅǆŉK김'), 'e\u0301', 'カ\u3099', 'ﾀﾞ', '𝐀');
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 12 }).map((parts) => parts.join('')),
        (text) => {
          const key = accountKey(text);
          expect(accountKey(key)).toBe(key);
          for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
            expect(accountKey(text.normalize(form))).toBe(key);
          expect(accountKey(text.toUpperCase())).toBe(key);
          // Whoever may be called so may also be meant by it at sign-in.
          if (isName(text)) expect(isTypedName(text)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what is typed at sign-in', () => {
  it.each(['', ' ', 'ＴＡＲＯ', ' taro ', '田中\u3000太郎', 'dave＠example．com'])('%j may mean somebody', (text) => {
    expect(isTypedName(text)).toBe(true);
  });
  it.each(['ta\u200bro', 'a/b', 'x'.repeat(65), 'taro\n x', '\u202etaro'])('%j means nobody', (text) => {
    expect(isTypedName(text)).toBe(false);
  });
});

describe('names of principals', () => {
  it('are read as they are written', () => {
    for (const name of ['', 'taro', '田中 太郎', 'dave@example.com']) {
      const srn = srnOf('OP0123456789', name);
      expect(principalOf(srn)).toEqual({ operatorId: 'OP0123456789', userName: name });
      expect(isPrincipal(srn)).toBe(true);
    }
  });
  it.each([
    'srn:soracom:OP0123456789::User:a/b',
    'srn:soracom:OP0123456789::User:a\n',
    'srn:soracom:OP0123456789::User:*',
    'srn:soracom:OP0123456789::User:',
    'srn:soracom:OP0123456789::Operator:OP0123456780',
    'srn:soracom:OP0123456789::Operator:',
    'srn:soracom:OP1::User:taro',
    ' srn:soracom:OP0123456789::User:taro',
    'x srn:soracom:OP0123456789::User:taro',
  ])('%j is none', (text) => expect(isPrincipal(text)).toBe(false));

  it('roles are named by their name, built-in ones by an SRN', () => {
    for (const id of ['管理者', 'desk', 'srn:warifu::Role:ReadOnly']) expect(isRoleId(id)).toBe(true);
    for (const id of ['', 'a/b', 'srn:', 'srn:a b', `srn:${'x'.repeat(125)}`, 'x'.repeat(65)]) {
      expect([id, isRoleId(id)]).toEqual([id, false]);
    }
  });
});
