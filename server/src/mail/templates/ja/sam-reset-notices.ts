import { limits } from '../../../limits.ts';
import type { Notice } from '../../facts.ts';
import { type Block, link, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, readAuditLog, setUserPassword } from './steps.ts';

const minutes = limits.assisted.life / 60_000;
const permission = 'User:startUserMFAReset';
const starter = ({ by = '' }: Notice): string =>
  by === 'root' ? 'ルートユーザー' : `SAM ユーザー ${by.replace(/^sam:/, '')}`;

const whoMay = (pages: Pages, userName: string): Block[] => [
  paragraph(
    `リセットを開始できるのは、ルートユーザーと、${permission} の権限がある SAM ユーザーです。次の順に対応してください。`,
  ),
  steps(
    readAuditLog(pages),
    {
      text: 'この SAM ユーザーを使っている人がリセットを依頼していない場合は、パスワードを設定し直してください。',
      page: pages.user(userName),
    },
    { text: '権限がある SAM ユーザーを確認し、不要な権限を外してください。', page: pages.users },
    cannotLogIn(pages),
  ),
];

/** Notices about the assisted reset of a SAM user and its address, in Japanese. */
export const samResetNotices = {
  sam_mfa_reset_started: (pages: Pages, userName: string, notice: Notice): Message => ({
    subject: `SAM ユーザー ${userName} の多要素認証のリセットが開始されました`,
    fact: `SAM ユーザー ${userName} の多要素認証のリセットが開始されました。まだ何も変更されていません。`,
    body: [
      paragraph(`開始した人: ${starter(notice)}`),
      paragraph(`入力された理由: ${notice.reason ?? ''}`),
      paragraph(
        `リセットを完了できるのは、この SAM ユーザー本人だけです。完了するには、本人のパスワードと、メールで届いた URL またはリセットを開始した人から伝えられたコードが必要です。URL とコードは、${minutes} 分以内に 1 回だけ使えます。`,
      ),
    ],
    ifNotYou: [
      paragraph('次のページで、リセットを中止してください。'),
      link(notice.cancelLink ?? ''),
      paragraph(
        'URL を開いただけでは、何も変更されません。この URL は、リセットが完了するか、有効期限が切れるまで使えます。',
      ),
      ...whoMay(pages, userName),
    ],
  }),
  sam_mfa_reset_approved: (pages: Pages, userName: string, notice: Notice): Message => ({
    subject: `SAM ユーザー ${userName} の多要素認証のリセットが承認されました`,
    fact: `SAM ユーザー ${userName} の多要素認証のリセットが承認されました。まだ何も変更されていません。`,
    body: [
      paragraph(`承認した人: ${starter(notice)}`),
      paragraph(
        `この SAM ユーザーは、${minutes} 分以内にリセットを完了できます。それまでは、最初の通知メールの URL でも中止できます。`,
      ),
      pointer('リセットは、次のページで中止できます。', pages.user(userName)),
    ],
    ifNotYou: whoMay(pages, userName),
  }),
  sam_mfa_reset_stopped: (pages: Pages, userName: string): Message => ({
    subject: `SAM ユーザー ${userName} の多要素認証のリセットが中止されました`,
    fact: `SAM ユーザー ${userName} の多要素認証のリセットが中止されました。多要素認証に変更はありません。`,
    body: [
      paragraph('リセット用の URL とコードは使えなくなりました。'),
      pointer('リセットが必要な場合は、次のページでもう一度開始してください。', pages.user(userName)),
    ],
    ifNotYou: [
      paragraph(
        'リセットは、ルートユーザー、リセットを開始した人、この SAM ユーザー本人、または通知メールを受け取った人が中止しました。',
      ),
      ...whoMay(pages, userName),
    ],
  }),
  sam_mfa_reset_done: (pages: Pages, userName: string): Message => ({
    subject: `SAM ユーザー ${userName} の多要素認証がリセットされました`,
    fact: `SAM ユーザー ${userName} の多要素認証が、このユーザーのパスワードを使ってリセットされ、無効になりました。`,
    body: [
      paragraph('この SAM ユーザーは、今後、パスワードだけでログインできます。'),
      paragraph('この SAM ユーザーのパスワード、権限、認証キーに変更はありません。'),
      paragraph('この SAM ユーザーがログインして、多要素認証をもう一度有効にすることをお勧めします。'),
    ],
    ifNotYou: [
      paragraph(
        'この SAM ユーザーを使っている人に確認してください。本人の操作でない場合は、ほかの人がパスワードを知っていて、URL またはコードを入手しています。次の順に対応してください。',
      ),
      steps(setUserPassword(pages, userName), readAuditLog(pages), cannotLogIn(pages)),
    ],
  }),
  sam_email_changed: (pages: Pages, userName: string, { address = '' }: Notice): Message => ({
    subject: `SAM ユーザー ${userName} のメールアドレスが設定されました`,
    fact: `SAM ユーザー ${userName} のメールアドレスが ${address} に設定されました。`,
    body: [
      paragraph(
        '今後、この SAM ユーザーについての通知と、多要素認証をリセットするための URL は、このメールアドレスにも届きます。',
      ),
      paragraph(
        'それまでのメールアドレスには、この通知が最後に届きます。このメールアドレスは、ログインには使いません。',
      ),
    ],
    ifNotYou: addressSteps(pages, userName),
  }),
  sam_email_removed: (pages: Pages, userName: string, { address = '' }: Notice): Message => ({
    subject: `SAM ユーザー ${userName} のメールアドレスが削除されました`,
    fact: `SAM ユーザー ${userName} のメールアドレス ${address} が削除されました。`,
    body: [paragraph('今後、このメールアドレスに、この SAM ユーザーについての通知は届きません。')],
    ifNotYou: addressSteps(pages, userName),
  }),
};

function addressSteps(pages: Pages, userName: string): Block[] {
  return [
    paragraph(
      'この SAM ユーザーを使っている人に確認してください。その人にも心当たりがない場合は、次の順に対応してください。',
    ),
    steps(
      { text: 'ログインして、メールアドレスを訂正してください。', page: pages.user(userName) },
      setUserPassword(pages, userName),
      readAuditLog(pages),
      cannotLogIn(pages),
    ),
  ];
}
