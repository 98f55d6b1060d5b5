import type { Notice } from '../../facts.ts';
import { type Block, link, list, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog } from './steps.ts';

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

/** Everything went back to an earlier state. */
export function databaseRestored(pages: Pages, { authKeyIds = [] }: Notice): Message {
  return {
    subject: 'サーバーのデータが以前の状態に戻りました',
    fact: 'サーバーのデータベースがバックアップから復元されたか、以前の状態に戻りました。',
    body: [
      paragraph(
        'その時点より後の変更は失われました。パスワード、多要素認証、メールアドレス、SAM ユーザー、ロール、認証キーは、その時点の状態です。その後に使用したバックアップコードは、再び使用できる状態になっています。',
      ),
      paragraph('すべてのユーザーが、もう一度ログインする必要があります。ログインして、次の順に対応してください。'),
      steps(
        {
          text: '多要素認証が有効であることを確認し、新しいバックアップコードを生成してください。',
          page: pages.mfa,
        },
        { text: 'SAM ユーザーとその権限を確認してください。', page: pages.users },
        readAuditLog(pages),
      ),
      ...(authKeyIds.length > 0
        ? [
            paragraph('ルートユーザーの次の認証キーは、使用できる状態です。'),
            list(authKeyIds),
            pointer('不要な認証キーは、次のページで削除してください。', pages.keys),
          ]
        : []),
    ],
    ifNotYou: [
      paragraph(
        'この操作ができるのは、このサーバーの管理者だけです。ディスクの障害で起きることもあります。管理者に確認してください。',
      ),
      steps(changePassword(pages), cannotLogIn(pages)),
    ],
  };
}
