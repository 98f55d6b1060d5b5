import { limits } from '../../../limits.ts';
import type { Notice } from '../../facts.ts';
import { type Block, holdHours, link, list, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, endSessions, readAuditLog } from './steps.ts';

const days = limits.lock.linkLife / limits.day;

/** "Cancel and lock": the live link of a notice. */
export function lockNow(pages: Pages, url: string): Block[] {
  return [
    paragraph('次のページで、変更を取り消し、アカウントをロックしてください。'),
    link(url),
    paragraph(
      'すべてのセッションが終了し、送信済みの URL と現在のパスワードは使えなくなります。プライマリメールアドレスが変更されている場合は、元に戻ります。その後、新しいパスワードを設定する URL が、プライマリメールアドレスに届きます。',
    ),
    paragraph(`URL は ${days} 日以内に 1 回だけ使えます。URL を開いただけでは、何も変更されません。`),
    steps(
      { text: 'ほかの人がメールを読める可能性がある場合は、先にメールアカウントのパスワードを変更してください。' },
      cannotLogIn(pages),
    ),
  ];
}

export function accountLocked(pages: Pages, { address, authKeyIds = [] }: Notice): Message {
  return {
    subject: 'アカウントがロックされました',
    fact: '通知メールの URL から、ルートユーザーのアカウントがロックされました。',
    body: [
      ...(address === undefined
        ? []
        : [
            paragraph(
              `プライマリメールアドレスは ${address} に戻りました。代わりに設定されていたメールアドレスは、未確認になりました。`,
            ),
          ]),
      paragraph(
        'すべてのセッションが終了しました。これまでのパスワードは使用できません。新しいパスワードを設定する URL を、プライマリメールアドレスに送信しました。',
      ),
      pointer('URL の有効期限が切れている場合は、次のページでもう一度要求してください。', pages.forgotPassword),
      paragraph(
        `多要素認証と SAM ユーザーに変更はありません。これから ${holdHours} 時間は、メールによる多要素認証のリセットができません。`,
      ),
      ...(authKeyIds.length > 0
        ? [
            paragraph('ルートユーザーの次の認証キーは、引き続き使えます。'),
            list(authKeyIds),
            pointer('不要な認証キーは、次のページで削除してください。', pages.keys),
          ]
        : []),
      paragraph('ログインした後、メールアドレスと監査ログを確認してください。'),
      steps({ text: '「セキュリティ」→「メールアドレス」' }, readAuditLog(pages)),
    ],
    ifNotYou: [
      paragraph('このアカウントのメールを読める人が、URL を使いました。次の順に対応してください。'),
      steps(
        { text: 'メールアカウントのパスワードを変更してください。' },
        { text: '次のページで、パスワードを設定し直してください。', page: pages.forgotPassword },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  };
}
