import type { FactorKind } from '@warifu/contract';
import type { Notice } from '../../facts.ts';
import { type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog, setUserPassword } from './steps.ts';

type What = { readonly subject: string; readonly fact: string };

const what = {
  added: (whose: string, factor: string): What => ({
    subject: `${factor}が追加されました`,
    fact: `${whose}の多要素認証に、${factor}が追加されました。`,
  }),
  replaced: (whose: string): What => ({
    subject: '認証アプリが変更されました',
    fact: `${whose}の認証アプリが変更されました。以前の認証アプリのコードは使用できません。`,
  }),
  removed: (whose: string, factor: string): What => ({
    subject: `${factor}が削除されました`,
    fact: `${whose}の${factor}が削除されました。多要素認証は有効なままです。`,
  }),
  copied: (whose: string): What => ({
    subject: '複製された可能性のあるパスキーを拒否しました',
    fact: `${whose}のパスキーの使用回数が、前回より小さくなっていました。複製された可能性があるため、使用を拒否しました。`,
  }),
};

type Kind = keyof typeof what;

const nameOf = (kind: FactorKind | undefined) => (kind === 'passkey' ? 'パスキー' : '認証アプリ');

/** Of the root user. */
export function factorNotice(kind: Kind, pages: Pages, factor?: FactorKind): Message {
  return {
    ...what[kind]('ルートユーザー', nameOf(factor)),
    body: [pointer('現在登録されているものは、次のページで確認できます。', pages.mfa)],
    ifNotYou: [
      paragraph('ほかの人が操作した可能性があります。次の順に対応してください。'),
      steps(
        endSessions(pages),
        changePassword(pages),
        { text: '心当たりのないものを削除してください。', page: pages.mfa },
        cannotLogIn(pages),
      ),
    ],
  };
}

/** Of a SAM user; the root user reads it. */
export function samFactorNotice(kind: Kind, pages: Pages, userName: string, factor?: FactorKind): Message {
  const { subject, fact } = what[kind](`SAM ユーザー ${userName} `, nameOf(factor));
  return {
    subject: `SAM ユーザー ${userName}: ${subject}`,
    fact,
    body: [pointer('この SAM ユーザーは、次のページで確認できます。', pages.user(userName))],
    ifNotYou: [
      paragraph(
        'この SAM ユーザーを使っている人に確認してください。その人にも心当たりがない場合は、ほかの人が操作した可能性があります。次の順に対応してください。',
      ),
      steps(
        setUserPassword(pages, userName),
        { text: '同じページで、多要素認証を無効にしてください。' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  };
}

const otherHostSubject = 'サーバーのホスト名が変わり、パスキーが削除されました';
const askHost =
  'この操作ができるのは、このサーバーの管理者だけです。すでに知っている連絡先を使い、管理者に確認してください。';

/** The server has another host name: passkeys of the root user. */
export function otherHost(pages: Pages, { host = '' }: Notice): Message {
  return {
    subject: otherHostSubject,
    fact: `このサーバーのホスト名が変わりました。${host} 用に登録されたルートユーザーのパスキーは使用できないため、削除されました。`,
    body: [
      paragraph('多要素認証は有効なままです。'),
      pointer(
        '認証アプリを登録している場合は、認証コードでログインし、新しいパスキーを追加してください。',
        pages.passkeys,
      ),
      pointer(
        'パスキーだけを登録していた場合は、次のページで、パスワードとバックアップコードを使って多要素認証をリセットしてください。',
        pages.resetMfa,
      ),
      pointer('バックアップコードも失っている場合は、次のページを参照してください。', pages.help),
    ],
    ifNotYou: [paragraph(askHost), steps(cannotLogIn(pages))],
  };
}

/** The same of a SAM user; the root user reads it. */
export function samOtherHost(pages: Pages, userName: string, { host = '' }: Notice): Message {
  return {
    subject: `SAM ユーザー ${userName}: ${otherHostSubject}`,
    fact: `このサーバーのホスト名が変わりました。${host} 用に登録された SAM ユーザー ${userName} のパスキーは使用できないため、削除されました。`,
    body: [
      paragraph('多要素認証は有効なままです。'),
      paragraph('認証アプリを登録している場合、このユーザーは認証コードでログインし、新しいパスキーを追加できます。'),
      pointer(
        'パスキーだけを登録していた場合は、次のページで、このユーザーの多要素認証を無効にするか、本人によるリセットを開始してください。',
        pages.user(userName),
      ),
    ],
    ifNotYou: [paragraph(askHost), steps(readAuditLog(pages), cannotLogIn(pages))],
  };
}
