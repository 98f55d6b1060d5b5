import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable, summariesJa } from '@warifu/contract';
import { describe, expect, test } from 'vitest';
import { MESSAGES } from '../../policy/src/messages.ts';
import { assisted } from '../src/locales/ja/assisted.ts';
import { audit } from '../src/locales/ja/audit.ts';
import { catalogues as apiCatalogues } from '../src/locales/ja/catalogues.ts';
import { common } from '../src/locales/ja/common.ts';
import { logins } from '../src/locales/ja/logins.ts';
import { mfaRequired } from '../src/locales/ja/mfa-required.ts';
import { passkeys } from '../src/locales/ja/passkeys.ts';
import { permissions } from '../src/locales/ja/permissions.ts';
import { security } from '../src/locales/ja/security.ts';
import { signIn } from '../src/locales/ja/sign-in.ts';
import { users } from '../src/locales/ja/users.ts';
import { waysBack } from '../src/locales/ja/ways-back.ts';

const root = join(import.meta.dirname, '../..');
type Text = readonly [place: string, text: string];

/** Every text of a catalogue with its place in it. */
function textsIn(node: unknown, place: string): Text[] {
  if (typeof node === 'string') return [[place, node]];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, inner]) => textsIn(inner, `${place}.${name}`));
}

/** The texts in quotes of a source, and the paragraphs of a guide; what is typed as it stands is left out. */
function quotedIn(path: string): Text[] {
  const source = readFileSync(join(root, path), 'utf8');
  return [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g)].map(([, one = '', other = '']) => [
    path,
    one || other,
  ]);
}

function paragraphsIn(path: string, end = '\n'): Text[] {
  const text = readFileSync(join(root, path), 'utf8').replace(/```[\s\S]*?```/g, '');
  return text.split(end).map((part) => [path, part.replace(/`[^`]*`/g, 'X').replace(/\]\([^)]*\)/g, ']')]);
}

const early = { common, security, signIn };
const late = { apiCatalogues, assisted, audit, logins, mfaRequired, passkeys, permissions, users, waysBack };
const catalogues = textsIn({ ...early, ...late }, 'console');
const errors = Object.entries(errorTable).map(([code, { ja }]): Text => [code, ja]);
const lints = Object.entries(MESSAGES).map(([code, texts]): Text => [code, String((texts as readonly unknown[])[1])]);
const summaries = Object.entries(summariesJa);
const mails = globSync('server/src/mail/templates/ja/*.ts', { cwd: root }).flatMap(quotedIn);
const pages = globSync(['README.ja.md', 'client/README.ja.md', 'examples/*/README.ja.md', 'docs/guides/ja/*.md'], {
  cwd: root,
});
const guides = pages.flatMap((path) => paragraphsIn(path));
const isJapanese = ([, text]: Text) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);
const all = [...catalogues, ...errors, ...lints, ...summaries, ...mails, ...guides].filter(isJapanese);

/** Texts that a rule finds something in, with what it found. */
const found = (rule: RegExp, texts = all) =>
  texts.flatMap(([place, text]) => [...text.matchAll(rule)].map(([hit]) => `${place}: …${hit}… in ${text}`));

test('there is something to look at', () => {
  expect(catalogues.length).toBeGreaterThan(800);
  expect(mails.filter(isJapanese).length).toBeGreaterThan(80);
  expect(guides.filter(isJapanese).length).toBeGreaterThan(100);
  expect(lints.length).toBeGreaterThan(30);
});

describe('Japanese texts', () => {
  test('set Latin words and numbers apart by a half-width space', () => {
    const letters = '[\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}ー]';
    expect(found(new RegExp(`${letters}[A-Za-z0-9]|[A-Za-z0-9]${letters}`, 'gu'))).toEqual([]);
  });

  test('use half-width brackets, with a space outside', () => {
    expect(found(/[（）［］｛｝]/g)).toEqual([]);
    expect(found(/[ぁ-んァ-ヶ一-龠]\(|\)[ぁ-んァ-ヶ一-龠]/gu, catalogues)).toEqual([]);
  });

  test('have no line break between two Japanese letters, which a page shows as a space', () => {
    const letter = '[\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}ー、。「」]';
    const paragraphs = pages.flatMap((path) => paragraphsIn(path, '\n\n'));
    expect(found(new RegExp(`${letter}[*\\]]*\\n *[*[]*${letter}`, 'gu'), paragraphs)).toEqual([]);
  });

  test('have no space between two Japanese words', () => {
    expect(
      found(/[ぁ-んァ-ヶ一-龠、。] [ぁ-んァ-ヶ一-龠]/gu, [...catalogues, ...errors, ...lints, ...summaries]),
    ).toEqual([]);
  });

  test('spell long vowels, as in ユーザー', () => {
    expect(
      found(
        /ブラウザ(?!ー)|サーバ(?!ー)|ユーザ(?!ー)|エディタ(?!ー)|フォルダ(?!ー)|コンピュータ(?!ー)|パラメータ(?!ー)/g,
      ),
    ).toEqual([]);
  });

  test.each([
    ['途中のログイン', '認証コード待ちのログイン'],
    ['お知らせ', '通知'],
    ['見覚えのない', '心当たりのない'],
    ['使えません', '使用できません'],
    ['登録されたすべての', '確認済みのすべての'],
    ['作成から 12 か月', '生成から 12 か月'],
    ['アドレスの宛先', 'アドレスに使うアドレス'],
    ['API と CLI', 'API'],
    ['ふたたび', 'もう一度'],
    ['取り戻せる', '復旧できる'],
    ['最初の利用者', '最初に使う人'],
    ['だれもできない', 'だれにもできない'],
    ['決め手', '判定の根拠'],
    ['管理者 (ルートユーザー)', 'ルートユーザー'],
    ['」>「', '」→「'],
    ['返信は確認', '返信されても、お答えできません'],
  ])('say one thing with one word: not %s but %s', (wrong) => {
    expect(found(new RegExp(wrong.replace(/[()]/g, '\\$&'), 'g'))).toEqual([]);
  });

  test('end where a sentence ends', () => {
    // Labels, buttons and parts of lists have no full stop; what ends as a sentence does, has one.
    const open = catalogues.filter(
      ([place, text]) => /(ます|ません|ました|ください|です)$/.test(text) && !isLabel(place),
    );
    expect(open.map(([place, text]) => `${place}: ${text}`)).toEqual([]);
  });

  test('close every bracket and quotation mark', () => {
    for (const [place, text] of all) {
      for (const [open, close] of ['「」', '()'] as const) {
        const count = (mark: string | undefined) => text.split(mark ?? '').length - 1;
        expect([place, text, count(open)]).toEqual([place, text, count(close)]);
      }
    }
  });
});

/** Short states, titles and rows of lists, which stand without a full stop. */
function isLabel(place: string): boolean {
  return /\.(title|[a-zA-Z]*Title|levels|met|unmet|copied|downloaded|stored|heading|none|noMatch|filters?|verdicts|because|allowed|denied|nothing|did|reasons|always|sometimes|never|opened\w*|closed|narrowed|conditions\w*|covers|shown|loaded|count|signUpClosed|haveAccount|linkAgain|noToken|prepare|done|oneLineOnly|setupNeeded|againIn|summary|choose|neverUsed|hint|\w*Hint|problems|lastWay)(\.|$)/.test(
    place,
  );
}
