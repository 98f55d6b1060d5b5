import { type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog, setUserPassword } from './steps.ts';

type What = { readonly subject: string; readonly fact: string };

const what = {
  added: (whose: string): What => ({
    subject: 'パスキーまたは認証アプリが追加されました',
    fact: `${whose}の多要素認証に、パスキーまたは認証アプリが追加されました。`,
  }),
  replaced: (whose: string): What => ({
    subject: '認証アプリが変更されました',
    fact: `${whose}の認証アプリが変更されました。以前の認証アプリのコードは使用できません。`,
  }),
  removed: (whose: string): What => ({
    subject: 'パスキーまたは認証アプリが削除されました',
    fact: `${whose}のパスキーまたは認証アプリが削除されました。多要素認証は有効なままです。`,
  }),
  copied: (whose: string): What => ({
    subject: '複製された可能性のあるパスキーを拒否しました',
    fact: `${whose}のパスキーの使用回数が、前回より小さくなっていました。複製された可能性があるため、使用を拒否しました。`,
  }),
};

type Kind = keyof typeof what;

/** Of the root user. */
export function factorNotice(kind: Kind, pages: Pages): Message {
  return {
    ...what[kind]('ルートユーザー'),
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
export function samFactorNotice(kind: Kind, pages: Pages, userName: string): Message {
  const { subject, fact } = what[kind](`SAM ユーザー ${userName} `);
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
