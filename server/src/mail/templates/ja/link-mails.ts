import { type Block, holdHours, link, paragraph, pointer, steps, type Words } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

const linkWithLife = (url: string, life: string): Block[] => [
  link(url),
  paragraph(`この URL は、要求から ${life}以内に 1 回だけ使えます。URL を開いただけでは、何も変更されません。`),
];

/** Mails that carry a link, in Japanese. */
export const linkMails: Words['linkMails'] = {
  mfa_reset_link: (pages, mail, life) => ({
    subject: '多要素認証をリセットするための URL',
    fact: 'ルートユーザーの多要素認証のリセットが要求されました。まだ何も変更されていません。',
    body: [
      paragraph(
        '次のページで、メールアドレス、パスワード、バックアップコード (8 文字のコードのうち、いずれか 1 行) を入力してください。',
      ),
      ...linkWithLife(mail.link, life),
      paragraph('リセットすると、多要素認証が無効になり、すべての端末からログアウトします。'),
    ],
    ifNotYou: [
      paragraph('リセットを要求した人は、正しいパスワードを入力しています。次の順に対応してください。'),
      steps({ text: '上の URL のページで、リセットを中止してください。' }, changePassword(pages), cannotLogIn(pages)),
    ],
  }),
  sam_mfa_reset_link: (pages, mail, life) => ({
    subject: '多要素認証をリセットするための URL',
    fact: 'あなたの SAM ユーザーの多要素認証のリセットが開始されました。まだ何も変更されていません。',
    body: [
      paragraph('次のページで、オペレーター ID、ユーザー名、パスワードを入力してください。'),
      ...linkWithLife(mail.link, life),
      paragraph('リセットすると、多要素認証が無効になり、すべての端末からログアウトします。'),
    ],
    ifNotYou: [
      paragraph('リセットを完了しないでください。次の順に対応してください。'),
      steps(
        { text: '上の URL のページで、リセットを中止してください。' },
        { text: 'ルートユーザー、または SAM ユーザーの管理者に連絡してください。' },
        cannotLogIn(pages),
      ),
    ],
  }),
  password_reset_link: (pages, mail, life) => ({
    subject: 'パスワードを再設定するための URL',
    fact: 'ルートユーザーのパスワードの再設定が要求されました。まだ何も変更されていません。',
    body: [
      paragraph('次のページで、新しいパスワードを設定してください。'),
      ...linkWithLife(mail.link, life),
      paragraph('パスワードを変更すると、すべての端末からログアウトします。多要素認証は解除されません。'),
      paragraph(`変更後 ${holdHours} 時間は、メールによる多要素認証のリセットができません。`),
    ],
    ifNotYou: [
      paragraph('このメールは無視してください。URL を使わなければ、パスワードは変更されません。'),
      pointer('何度も届く場合は、次のページを参照してください。', pages.help),
    ],
  }),
  sign_up_link: (_pages, mail, life) => ({
    subject: 'メールアドレスの確認',
    fact: 'このメールアドレスで、アカウントの作成が要求されました。まだ作成されていません。',
    body: [paragraph('次のページで、アカウントの作成を完了してください。'), ...linkWithLife(mail.link, life)],
    ifNotYou: [paragraph('このメールは無視してください。URL を使わなければ、アカウントは作成されません。')],
  }),
  add_email_link: (_pages, mail, life) => ({
    subject: 'アカウントに追加するメールアドレスの確認',
    fact: `オペレーター ${mail.operatorId} のアカウントに、このメールアドレスを追加することが要求されました。まだ追加されていません。`,
    body: [
      paragraph('次のページで、メールアドレスの追加を完了してください。'),
      ...linkWithLife(mail.link, life),
      paragraph('追加したメールアドレスには、アカウントのセキュリティに関する通知が届きます。'),
    ],
    ifNotYou: [paragraph('このメールは無視してください。URL を使わなければ、メールアドレスは追加されません。')],
  }),
};

export const knownSignUp: Words['knownSignUp'] = (pages) => ({
  subject: 'このメールアドレスはすでに登録されています',
  fact: 'このメールアドレスでアカウントの作成が要求されましたが、すでに登録されています。何も変更されていません。',
  body: [
    pointer('登録済みのアカウントにログインするには、次のページを開いてください。', pages.login),
    pointer('パスワードを忘れた場合は、次のページを開いてください。', pages.forgotPassword),
  ],
  ifNotYou: [paragraph('このメールは無視してください。アカウントに変更はありません。')],
});

export const testMail: Words['testMail'] = (pages) => ({
  subject: 'テストメール',
  fact: 'これはテストメールです。このサーバーからのメールは、このアドレスに届いています。',
  body: [paragraph('コンソールの設定画面から、ルートユーザーが送信しました。必要な操作はありません。')],
  ifNotYou: [steps(endSessions(pages), changePassword(pages), cannotLogIn(pages))],
});
