import type { Notice } from '../../facts.ts';
import { type Block, link, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

const why = (notice: Notice): Block[] => (notice.reason ? [paragraph(`理由: ${notice.reason}`)] : []);

/** Somebody with a shell on the server asked for MFA to be switched off. */
export function overrideRequested(pages: Pages, notice: Notice): Message {
  const hours = Math.round(((notice.dueAt ?? notice.at) - notice.at) / 3_600_000);
  return {
    subject: 'サーバーの管理者が多要素認証を無効にします',
    fact: 'サーバーの管理者が、ルートユーザーの多要素認証を無効にする手続きを開始しました。',
    body: [
      paragraph(
        hours > 0
          ? `中止されなければ、${hours} 時間後に無効になります。それまでは何も変更されません。`
          : '待ち時間なしで無効になります。',
      ),
      ...why(notice),
    ],
    ifNotYou: [
      ...(notice.cancelLink && hours > 0
        ? [
            paragraph('次のページで中止してください。'),
            link(notice.cancelLink),
            paragraph('URL を開いただけでは、何も変更されません。'),
          ]
        : []),
      paragraph('このサーバーの管理者に確認したうえで、次の順に対応してください。'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

/** It happened. */
export function overrideDone(pages: Pages, notice: Notice): Message {
  return {
    subject: 'サーバーの管理者が多要素認証を無効にしました',
    fact: 'サーバーの管理者が、ルートユーザーの多要素認証を無効にしました。',
    body: [
      paragraph('パスワードだけでログインできる状態です。バックアップコードは使えなくなりました。'),
      ...why(notice),
      pointer('ログインして、多要素認証をもう一度有効にすることをお勧めします。', pages.mfa),
    ],
    ifNotYou: [
      paragraph('このサーバーの管理者に確認したうえで、次の順に対応してください。'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}
