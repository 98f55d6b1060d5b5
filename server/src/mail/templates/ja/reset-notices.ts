import type { Notice } from '../../facts.ts';
import { type Block, link, list, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

export function resetRequested(pages: Pages, notice: Notice): Message {
  return {
    subject: '多要素認証のリセットが要求されました',
    fact: 'ルートユーザーの多要素認証のリセットが要求されました。まだ何も変更されていません。',
    body: [
      paragraph('リセット用の URL を、プライマリメールアドレス宛に送信しました。'),
      paragraph(
        'リセットを完了するには、その URL のページで、メールアドレス、パスワード、バックアップコードの入力が必要です。',
      ),
    ],
    ifNotYou: [
      ...(notice.cancelLink ? cancellation(notice.cancelLink) : []),
      paragraph('このリセットを要求した人は、正しいパスワードを入力しています。次の順に対応してください。'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

function cancellation(url: string): Block[] {
  return [
    paragraph('次のページで、リセットを中止してください。'),
    link(url),
    paragraph(
      'URL を開いただけでは、何も変更されません。この URL は、リセットが完了するか、リセット用の URL の有効期限が切れるまで使えます。',
    ),
  ];
}

export function resetCancelled(pages: Pages): Message {
  return {
    subject: '多要素認証のリセットが中止されました',
    fact: 'ルートユーザーの多要素認証のリセットが中止されました。多要素認証に変更はありません。',
    body: [
      paragraph('リセット用の URL は使えなくなりました。'),
      pointer('リセットが必要な場合は、次のページでもう一度要求してください。', pages.resetMfa),
    ],
    ifNotYou: [
      paragraph(
        'リセットは、通知メールを受け取った人か、リセット用の URL を開いた人が中止しました。リセットの要求にも心当たりがない場合は、ほかの人がパスワードを知っています。次の順に対応してください。',
      ),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

export function resetDone(pages: Pages, notice: Notice): Message {
  const { addresses = [], authKeyIds = [] } = notice;
  return {
    subject: '多要素認証がリセットされました',
    fact: 'ルートユーザーの多要素認証がリセットされ、無効になりました。',
    body: [
      paragraph('今後は、パスワードだけでログインできます。これまでのバックアップコードは使用できません。'),
      paragraph('パスワード、SAM ユーザー、認証キーに変更はありません。'),
      ...(authKeyIds.length > 0 ? keysThatWork(pages, authKeyIds) : []),
      ...(addresses.length > 0 ? [paragraph('この通知の送信先は、次のとおりです。'), list(addresses)] : []),
      pointer('ログインして、多要素認証をもう一度有効にすることをお勧めします。', pages.mfa),
    ],
    ifNotYou: [
      paragraph('ほかの人が操作した可能性があります。次の順に対応してください。'),
      steps(
        { text: 'メールアカウントのパスワードを変更してください。' },
        { text: '次のページで、パスワードを設定し直してください。', page: pages.forgotPassword },
        { text: '多要素認証をもう一度有効にしてください。', page: pages.mfa },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  };
}

function keysThatWork(pages: Pages, authKeyIds: readonly string[]): Block[] {
  return [
    paragraph('ルートユーザーの次の認証キーは、引き続き使えます。'),
    list(authKeyIds),
    pointer('不要な認証キーは、次のページで削除してください。', pages.keys),
  ];
}
