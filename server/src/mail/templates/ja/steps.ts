import type { FactorKind } from '@warifu/contract';
import { type Block, type Pages, type Pointer, paragraph, steps } from '../letter.ts';

export const endSessions = (pages: Pages): Pointer => ({
  text: 'ログインして、心当たりのないセッションを終了してください。',
  page: pages.sessions,
});

export const disownSignIn = (pages: Pages): Pointer => ({
  text: 'ログインし、ログイン履歴で、そのログインの「心当たりがない」を選んでください。ほかのセッションがすべて終了し、新しいパスワードが設定されます。',
  page: pages.signIns,
});

export const changePassword = (pages: Pages): Pointer => ({
  text: 'パスワードを変更してください。',
  page: pages.password,
});

/** The root user's way to keep a stranger out of a SAM user. */
export const setUserPassword = (pages: Pages, userName: string): Pointer => ({
  text: 'ログインし、次のページで、この SAM ユーザーのパスワードを設定し直してください。この SAM ユーザーのセッションは終了します。',
  page: pages.user(userName),
});

export const readAuditLog = (pages: Pages): Pointer => ({
  text: '監査ログで、操作した人と操作の内容を確認してください。',
  page: pages.auditLog,
});

export const cannotLogIn = (pages: Pages): Pointer => ({
  text: 'ログインできない場合は、次のページを参照してください。',
  page: pages.help,
});

/** What a SAM user does about itself. */
export const askRoot = (pages: Pages): readonly Block[] => [
  paragraph(
    'このメールは、あなたが使っている SAM ユーザーについての通知です。ルートユーザーにも届いています。次の順に対応してください。',
  ),
  steps(
    { text: 'ルートユーザー、または SAM ユーザーの管理者に連絡してください。' },
    {
      text: 'ログインできる場合は、ログイン履歴を確認し、心当たりのないセッションを終了してください。',
      page: pages.signIns,
    },
    cannotLogIn(pages),
  ),
];

/** How a login stopped that had the right password. */
export const withoutStep = (kind: FactorKind | undefined) =>
  kind === 'passkey' ? 'パスキーで確認されなかった' : '認証コードが入力されなかった';
