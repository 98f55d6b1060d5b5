import { limits } from '../../../limits.ts';
import { type Block, type Pages, type Pointer, paragraph, pointer, steps, type Words } from '../letter.ts';
import { samFactorNotice, samOtherHost } from './factor-notices.ts';
import { samResetNotices } from './sam-reset-notices.ts';
import { cannotLogIn, readAuditLog, setUserPassword, withoutStep } from './steps.ts';

const unchanged = paragraph('この SAM ユーザーのパスワード、権限、認証キーに変更はありません。');
const passwordIsKnown = (pages: Pages, userName: string, suspicion: string): Block[] => [
  paragraph(
    `この SAM ユーザーを使っている人に確認してください。その人にも心当たりがない場合は、${suspicion}次の順に対応してください。`,
  ),
  steps(setUserPassword(pages, userName), readAuditLog(pages), cannotLogIn(pages)),
];

/** For changes that the root user can make as well. */
const ifRootDidIt = (pages: Pages): readonly Pointer[] => [
  { text: 'ルートユーザーによる操作だった場合は、心当たりのないセッションを終了してください。', page: pages.sessions },
  { text: 'その後、ルートユーザーのパスワードを変更してください。', page: pages.password },
];

/** Notices about a SAM user, in Japanese; the root user reads them. */
export const samNotices: Words['samNotices'] = {
  factor_added: (pages, userName, { kind }) => samFactorNotice('added', pages, userName, kind),
  factor_replaced: (pages, userName) => samFactorNotice('replaced', pages, userName),
  factor_removed: (pages, userName, { kind }) => samFactorNotice('removed', pages, userName, kind),
  passkey_copied: (pages, userName) => samFactorNotice('copied', pages, userName),
  passkeys_other_host: samOtherHost,
  sam_mfa_enabled: (pages, userName, { kind }) => ({
    subject: `SAM ユーザー ${userName} の多要素認証が有効になりました`,
    fact: `SAM ユーザー ${userName} の多要素認証が有効になりました。`,
    body: [
      paragraph(
        kind === 'passkey'
          ? 'この SAM ユーザーには、次回のログインから、パスキーが必要です。'
          : 'この SAM ユーザーには、次回のログインから、認証アプリに表示される認証コードが必要です。',
      ),
      pointer(
        kind === 'passkey'
          ? 'SAM ユーザーにバックアップコードはありません。この SAM ユーザーがパスキーを使えなくなった場合は、次のページで多要素認証を無効にできます。'
          : 'SAM ユーザーにバックアップコードはありません。この SAM ユーザーが認証アプリを使えなくなった場合は、次のページで多要素認証を無効にできます。',
        pages.user(userName),
      ),
      unchanged,
    ],
    ifNotYou: [
      paragraph(
        `この SAM ユーザーを使っている人に確認してください。その人にも心当たりがない場合は、ほかの人の${kind === 'passkey' ? 'パスキー' : '認証アプリ'}が登録されている可能性があります。次の順に対応してください。`,
      ),
      steps(
        setUserPassword(pages, userName),
        { text: '同じページで、多要素認証を無効にしてください。' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  sam_mfa_disabled: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} の多要素認証が無効になりました`,
    fact: `SAM ユーザー ${userName} の多要素認証が無効になりました。`,
    body: [paragraph('この SAM ユーザーは、今後、パスワードだけでログインできます。'), unchanged],
    ifNotYou: [
      paragraph(
        'この操作ができるのは、ルートユーザーと、User:revokeUserMFA の権限がある SAM ユーザーです。次の順に対応してください。',
      ),
      steps(
        { text: 'ログインし、操作した人を監査ログで確認してください。', page: pages.auditLog },
        {
          text: 'この SAM ユーザーのパスワードを設定し直してください。また、多要素認証をもう一度有効にするよう、使っている人に依頼してください。',
          page: pages.user(userName),
        },
        { text: '権限がある SAM ユーザーを確認し、不要な権限を外してください。', page: pages.users },
        ...ifRootDidIt(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  ...samResetNotices,
  trust_policy_changed: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} の信頼ポリシーが変更されました`,
    fact: `SAM ユーザー ${userName} の信頼ポリシーが変更されました。`,
    body: [
      paragraph(
        '信頼ポリシーは、パスワードなしでこの SAM ユーザーにスイッチできるユーザーを定めます。スイッチしたユーザーは、この SAM ユーザーに許可された操作を行えます。',
      ),
      pointer('信頼ポリシーは、次のページで確認できます。', pages.user(userName)),
      unchanged,
    ],
    ifNotYou: [
      paragraph('ほかの人が操作した可能性があります。次の順に対応してください。'),
      steps(
        {
          text: 'ログインし、この SAM ユーザーにスイッチさせないユーザーを、信頼ポリシーから外してください。',
          page: pages.user(userName),
        },
        readAuditLog(pages),
        ...ifRootDidIt(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  auth_key_created: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} の認証キーが生成されました`,
    fact: `SAM ユーザー ${userName} の認証キーが生成されました。`,
    body: [
      paragraph(
        '認証キーとそのシークレットを持つ人は、パスワードも多要素認証もなしに、この SAM ユーザーとして API を使えます。',
      ),
      pointer('認証キーは、削除するまで使えます。次のページで削除できます。', pages.user(userName)),
      paragraph('この SAM ユーザーのパスワード、多要素認証、権限に変更はありません。'),
    ],
    ifNotYou: [
      paragraph(
        'この SAM ユーザーを使っている人に確認してください。その人にも心当たりがない場合は、次の順に対応してください。',
      ),
      steps(
        { text: 'ログインして、その認証キーを削除してください。', page: pages.user(userName) },
        {
          text: '同じページで、この SAM ユーザーのパスワードを設定し直してください。この SAM ユーザーのセッションは終了します。',
        },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_changed: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} のパスワードが変更されました`,
    fact: `SAM ユーザー ${userName} のパスワードが設定、変更、または削除されました。`,
    body: [paragraph('この SAM ユーザーの多要素認証、権限、認証キーに変更はありません。')],
    ifNotYou: passwordIsKnown(pages, userName, 'ほかの人がこの SAM ユーザーとしてログインできる可能性があります。'),
  }),
  sign_in_new_source: (pages, userName) => ({
    subject: `新しい IP アドレスから SAM ユーザー ${userName} のログインがありました`,
    fact: `最近使われていない IP アドレスから、SAM ユーザー ${userName} のログインがありました。`,
    body: [],
    ifNotYou: passwordIsKnown(pages, userName, 'ほかの人がこの SAM ユーザーとしてログインしている可能性があります。'),
  }),
  sign_in_new_device: (pages, userName) => ({
    subject: `新しい端末から SAM ユーザー ${userName} のログインがありました`,
    fact: `これまで SAM ユーザー ${userName} としてログインしたことのないブラウザーから、ログインがありました。`,
    body: [
      paragraph('Cookie を削除したブラウザーも、新しい端末とみなされます。'),
      paragraph(
        'この後 24 時間以内に、この SAM ユーザーが新しい端末や IP アドレスからログインしても、メールは送信されません。ログイン履歴で確認できます。',
      ),
    ],
    ifNotYou: passwordIsKnown(pages, userName, 'ほかの人がこの SAM ユーザーとしてログインしている可能性があります。'),
  }),
  sign_in_disowned: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} が心当たりのないログインを報告しました`,
    fact: `SAM ユーザー ${userName} のログイン履歴で「心当たりがない」が選ばれ、新しいパスワードが設定されました。`,
    body: [
      paragraph('この SAM ユーザーのほかのセッションは、すべて終了しました。'),
      paragraph(
        '認証キーによるログインだった場合、その認証キーは削除されました。多要素認証、権限、信頼ポリシーに変更はありません。',
      ),
    ],
    ifNotYou: passwordIsKnown(pages, userName, 'ほかの人がこの SAM ユーザーのパスワードを知っている可能性があります。'),
  }),
  sign_in_code_failed: (pages, userName, { kind }) => ({
    subject: `SAM ユーザー ${userName} の、${withoutStep(kind)}ログインがありました`,
    fact: `SAM ユーザー ${userName} の正しいパスワードが入力されましたが、${withoutStep(kind)}ため、ログインは成立していません。`,
    body: [
      pointer(
        kind === 'passkey'
          ? 'この SAM ユーザーがパスキーを使えなくなった場合は、次のページで多要素認証を無効にできます。'
          : 'この SAM ユーザーが認証アプリを使えなくなった場合は、次のページで多要素認証を無効にできます。',
        pages.user(userName),
      ),
    ],
    ifNotYou: passwordIsKnown(pages, userName, 'ほかの人がパスワードを知っています。'),
  }),
  sign_in_after_failures: (pages, userName) => ({
    subject: `ログインの失敗が続いたあとに、SAM ユーザー ${userName} の正しいパスワードが入力されました`,
    fact: `誤ったパスワードが続けて ${limits.login.noticeAfterFailures} 回以上入力された後、SAM ユーザー ${userName} の正しいパスワードが入力されました。`,
    body: [],
    ifNotYou: passwordIsKnown(pages, userName, 'ほかの人がパスワードを知っている可能性があります。'),
  }),
  session_ended: (pages, userName) => ({
    subject: `誤ったパスワードが続いたため、SAM ユーザー ${userName} のセッションを終了しました`,
    fact: `SAM ユーザー ${userName} のセッションで、誤ったパスワードが続けて ${limits.session.wrongPasswords} 回入力されたため、そのセッションを終了しました。`,
    body: [paragraph('この SAM ユーザーのパスワード、多要素認証、ほかのセッションに変更はありません。')],
    ifNotYou: [
      paragraph('ほかの人がこの SAM ユーザーのセッションを使った可能性があります。次の順に対応してください。'),
      steps(
        {
          text: 'この SAM ユーザーのパスワードを変更してください。変更すると、セッションもすべて終了します。',
          page: pages.user(userName),
        },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_suspended: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} のパスワードが使えなくなりました`,
    fact: `誤ったパスワードが続けて ${limits.login.accountCap} 回入力されたため、SAM ユーザー ${userName} の現在のパスワードを停止しました。`,
    body: [
      pointer(
        'この SAM ユーザーがもう一度ログインできるようにするには、次のページで新しいパスワードを設定してください。',
        pages.user(userName),
      ),
      paragraph('この SAM ユーザーのログイン中のセッション、多要素認証、権限、認証キーに変更はありません。'),
    ],
    ifNotYou: [
      paragraph('ほかの人がパスワードを推測しようとした可能性があります。次の順に対応してください。'),
      steps(
        { text: '上のページで、ほかで使っていない推測されにくいパスワードを設定してください。' },
        { text: 'この SAM ユーザーの多要素認証を有効にするよう、使っている人に依頼してください。' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  mfa_suspended: (pages, userName) => ({
    subject: `SAM ユーザー ${userName} の認証コードが使えなくなりました`,
    fact: `誤った認証コードが続けて ${limits.otp.accountCap} 回入力されたため、SAM ユーザー ${userName} の認証アプリを停止しました。`,
    body: [
      paragraph('多要素認証は有効なままです。認証コードを入力してもログインできません。'),
      pointer(
        'この SAM ユーザーがもう一度ログインできるようにするには、次のページで多要素認証を無効にしてください。その後、もう一度有効にするよう、使っている人に依頼してください。',
        pages.user(userName),
      ),
      unchanged,
    ],
    ifNotYou: [
      paragraph('ほかの人がこの SAM ユーザーのパスワードを知っている可能性があります。次の順に対応してください。'),
      steps(
        setUserPassword(pages, userName),
        {
          text: '次に、同じページで多要素認証を無効にしてください。その後、もう一度有効にするよう、使っている人に依頼してください。',
        },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
};
