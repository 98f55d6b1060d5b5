import type { Notice } from '../../facts.ts';
import { type Block, holdHours, type Message, type Pages, type Pointer, paragraph, steps } from '../letter.ts';
import { lockNow } from './lock.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

const unchanged = paragraph('パスワード、多要素認証、SAM ユーザー、認証キーに変更はありません。');
const ifNotYou = (pages: Pages, correction: Pointer): Block[] => [
  paragraph('ほかの人がログインしている可能性があります。次の順に対応してください。'),
  steps(correction, changePassword(pages), endSessions(pages), cannotLogIn(pages)),
];

export function emailAdded(pages: Pages, { address = '' }: Notice): Message {
  return {
    subject: 'メールアドレスが追加されました',
    fact: `アカウントに、メールアドレス ${address} が追加されました。`,
    body: [
      paragraph('このメールのような、セキュリティに関する通知は、追加されたメールアドレスにも届きます。'),
      paragraph(
        'ログインに使うメールアドレスと、再設定やリセットのメールの宛先は、これまでのプライマリメールアドレスのままです。',
      ),
      unchanged,
    ],
    ifNotYou: ifNotYou(pages, {
      text: 'ログインし、「セキュリティ」→「メールアドレス」で、そのメールアドレスを削除してください。',
    }),
  };
}

export function emailRemoved(pages: Pages, { address = '' }: Notice): Message {
  return {
    subject: 'メールアドレスが削除されました',
    fact: `アカウントから、メールアドレス ${address} が削除されました。`,
    body: [paragraph('今後、このメールアドレスに、セキュリティに関する通知は届きません。'), unchanged],
    ifNotYou: ifNotYou(pages, {
      text: 'ログインし、「セキュリティ」→「メールアドレス」で、そのメールアドレスをもう一度追加してください。',
    }),
  };
}

export function primaryEmailChanged(pages: Pages, { address = '', cancelLink }: Notice): Message {
  return {
    subject: 'プライマリメールアドレスが変更されました',
    fact: `アカウントのプライマリメールアドレスが ${address} に変更されました。`,
    body: [
      paragraph('今後、ルートユーザーのログインには、このメールアドレスを使います。'),
      paragraph('パスワードの再設定と多要素認証のリセットのメールも、このメールアドレスに届きます。'),
      paragraph(`この変更から ${holdHours} 時間は、メールによる多要素認証のリセットができません。`),
      paragraph('この通知は、変更前のプライマリメールアドレスにも送信しています。'),
      unchanged,
    ],
    ifNotYou: cancelLink
      ? lockNow(pages, cancelLink)
      : ifNotYou(pages, {
          text: `${address} とパスワードでログインし、「セキュリティ」→「メールアドレス」で、プライマリメールアドレスを自分のメールアドレスに戻してください。`,
        }),
  };
}
