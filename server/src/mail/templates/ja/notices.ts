import { limits } from '../../../limits.ts';
import { type Block, holdHours, type Pages, paragraph, pointer, steps, type Words } from '../letter.ts';
import { emailAdded, emailRemoved, primaryEmailChanged } from './email-notices.ts';
import { factorNotice, otherHost } from './factor-notices.ts';
import { databaseRestored, overrideDone, overrideRequested } from './host-notices.ts';
import { accountLocked, lockNow } from './lock.ts';
import { resetCancelled, resetDone, resetRequested } from './reset-notices.ts';
import { cannotLogIn, changePassword, disownSignIn, endSessions, withoutStep } from './steps.ts';

const unchanged = paragraph('パスワード、SAM ユーザー、認証キーに変更はありません。');
const mfaStays = paragraph('多要素認証、SAM ユーザー、認証キーに変更はありません。');
const disownIfNotYou = (pages: Pages): Block[] => [
  paragraph('ほかの人がログインしている可能性があります。次の順に対応してください。'),
  steps(disownSignIn(pages), { text: '認証キーを確認してください。', page: pages.keys }, cannotLogIn(pages)),
];
const changeIfNotYou = (pages: Pages): Block[] => [
  paragraph('ほかの人が操作した可能性があります。次の順に対応してください。'),
  steps(endSessions(pages), changePassword(pages), cannotLogIn(pages)),
];

/** Notices of security changes, in Japanese. */
export const notices: Words['notices'] = {
  operator_created: (pages) => ({
    subject: 'アカウントが作成されました',
    fact: 'オペレーターが作成され、このメールアドレスがプライマリメールアドレスになりました。',
    body: [pointer('ログインして、多要素認証を有効にすることをお勧めします。', pages.mfa)],
    ifNotYou: [
      paragraph('ほかの人が、このメールアドレスを使ってアカウントを作成した可能性があります。'),
      steps(
        { text: '次のページで、パスワードを設定し直してください。', page: pages.forgotPassword },
        cannotLogIn(pages),
      ),
    ],
  }),
  mfa_enabled: (pages, { kind }) => ({
    subject: '多要素認証が有効になりました',
    fact: 'ルートユーザーの多要素認証が有効になりました。',
    body: [
      paragraph(
        kind === 'passkey'
          ? '次回のログインから、パスワードに加えて、パスキーが必要です。PIN や指紋で確認するパスキーは、それだけでもログインできます。'
          : '次回のログインから、パスワードに加えて、認証アプリに表示される認証コードが必要です。',
      ),
      paragraph('バックアップコードは、多要素認証をリセットするときに必要です。安全な場所に保管してください。'),
      unchanged,
    ],
    ifNotYou: changeIfNotYou(pages),
  }),
  mfa_disabled: (pages) => ({
    subject: '多要素認証が無効になりました',
    fact: 'ルートユーザーの多要素認証が無効になりました。',
    body: [
      paragraph('今後は、パスワードだけでログインできます。これまでのバックアップコードは使用できません。'),
      unchanged,
    ],
    ifNotYou: [
      paragraph('ほかの人が操作した可能性があります。次の順に対応してください。'),
      steps(
        endSessions(pages),
        changePassword(pages),
        { text: '多要素認証をもう一度有効にしてください。', page: pages.mfa },
        cannotLogIn(pages),
      ),
    ],
  }),
  factor_added: (pages, { kind }) => factorNotice('added', pages, kind),
  factor_replaced: (pages) => factorNotice('replaced', pages),
  factor_removed: (pages, { kind }) => factorNotice('removed', pages, kind),
  passkey_copied: (pages) => factorNotice('copied', pages),
  passkeys_other_host: otherHost,
  host_override_requested: overrideRequested,
  host_override_done: overrideDone,
  database_restored: databaseRestored,
  mfa_reset_requested: resetRequested,
  mfa_reset_cancelled: resetCancelled,
  mfa_reset_done: resetDone,
  backup_codes_renewed: (pages) => ({
    subject: '新しいバックアップコードが生成されました',
    fact: 'ルートユーザーのバックアップコードが新しく生成されました。',
    body: [
      paragraph(
        'これまでのバックアップコードは使用できません。新しいバックアップコードを安全な場所に保管してください。',
      ),
      paragraph('多要素認証は有効なままです。パスワード、SAM ユーザー、認証キーに変更はありません。'),
    ],
    ifNotYou: changeIfNotYou(pages),
  }),
  backup_codes_frozen: (pages) => ({
    subject: 'バックアップコードが使えなくなりました',
    fact: `誤ったバックアップコードが ${limits.codes.guessesPerSet} 回入力されたため、ルートユーザーのバックアップコードを凍結しました。`,
    body: [
      paragraph(
        '現在のバックアップコードでは、多要素認証をリセットできません。認証コードやパスキーで確認しても、新しいバックアップコードは生成できません。',
      ),
      pointer(
        '新しいバックアップコードを受け取るには、ログインし、次のページで、パスワードを入力して多要素認証を無効にしてから、もう一度有効にしてください。',
        pages.mfa,
      ),
      paragraph('多要素認証は有効なままです。パスワード、SAM ユーザー、認証キーに変更はありません。'),
    ],
    ifNotYou: [
      paragraph(
        'バックアップコードを入力した人は、パスワードを知っていて、メールを読める可能性があります。次の順に対応してください。',
      ),
      steps(
        changePassword(pages),
        { text: 'メールアカウントのパスワードも変更してください。' },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_changed: (pages) => ({
    subject: 'パスワードが変更されました',
    fact: 'ルートユーザーのパスワードが変更されました。',
    body: [mfaStays],
    ifNotYou: [
      paragraph('ほかの人が操作した可能性があります。次の順に対応してください。'),
      steps(
        { text: '次のページで、パスワードを設定し直してください。', page: pages.forgotPassword },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_reset: (pages, { cancelLink }) => ({
    subject: 'パスワードが再設定されました',
    fact: 'メールで送信した URL から、ルートユーザーのパスワードが再設定されました。',
    body: [
      paragraph(
        '多要素認証は解除されていません。有効にしている場合は、次回のログインでも認証コードまたはパスキーが必要です。',
      ),
      paragraph(`この変更から ${holdHours} 時間は、メールによる多要素認証のリセットができません。`),
      paragraph('SAM ユーザーと認証キーに変更はありません。'),
    ],
    ifNotYou: cancelLink
      ? lockNow(pages, cancelLink)
      : [
          paragraph(
            'ほかの人が、プライマリメールアドレス宛のメールを読める可能性があります。次の順に対応してください。',
          ),
          steps(
            { text: 'メールアカウントのパスワードを変更してください。' },
            { text: '次のページで、パスワードを設定し直してください。', page: pages.forgotPassword },
            endSessions(pages),
            cannotLogIn(pages),
          ),
        ],
  }),
  sign_in_new_source: (pages) => ({
    subject: '新しい IP アドレスからログインがありました',
    fact: '最近使われていない IP アドレスから、ルートユーザーのログインがありました。',
    body: [],
    ifNotYou: disownIfNotYou(pages),
  }),
  sign_in_new_device: (pages) => ({
    subject: '新しい端末からログインがありました',
    fact: 'これまでこのアカウントにログインしたことのないブラウザーから、ルートユーザーのログインがありました。',
    body: [paragraph('Cookie を削除したブラウザーも、新しい端末とみなされます。')],
    ifNotYou: disownIfNotYou(pages),
  }),
  sign_in_disowned: (pages) => ({
    subject: '心当たりのないログインが報告されました',
    fact: 'ルートユーザーのログイン履歴で「心当たりがない」が選ばれ、新しいパスワードが設定されました。',
    body: [
      paragraph('ほかのセッションはすべて終了し、メールで送信済みの URL は使えなくなりました。'),
      paragraph(
        '認証キーによるログインだった場合、その認証キーは削除されました。多要素認証と SAM ユーザーに変更はありません。',
      ),
      pointer('心当たりのない認証キーがないか、次のページで確認してください。', pages.keys),
    ],
    ifNotYou: [
      paragraph('操作した人は、それまでのパスワードを知っています。次の順に対応してください。'),
      steps(
        { text: '次のページで、パスワードを設定し直してください。', page: pages.forgotPassword },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  sign_in_code_failed: (pages, { kind }) => ({
    subject: `${withoutStep(kind)}ログインがありました`,
    fact: `正しいパスワードが入力されましたが、${withoutStep(kind)}ため、ログインは成立していません。`,
    body: [],
    ifNotYou: [
      paragraph('ほかの人がパスワードを知っています。次の順に対応してください。'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  }),
  sign_in_after_failures: (pages) => ({
    subject: 'ログインの失敗が続いたあとに、正しいパスワードが入力されました',
    fact: `誤ったパスワードが続けて ${limits.login.noticeAfterFailures} 回以上入力された後、ルートユーザーの正しいパスワードが入力されました。`,
    body: [],
    ifNotYou: [
      paragraph('ほかの人がパスワードを知っている可能性があります。次の順に対応してください。'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  }),
  session_ended: (pages) => ({
    subject: '誤ったパスワードが続いたため、セッションを終了しました',
    fact: `ルートユーザーのセッションで、誤ったパスワードが続けて ${limits.session.wrongPasswords} 回入力されたため、そのセッションを終了しました。`,
    body: [paragraph('パスワード、多要素認証、ほかのセッションに変更はありません。')],
    ifNotYou: [
      paragraph('ほかの人があなたのセッションを使った可能性があります。次の順に対応してください。'),
      steps(endSessions(pages), changePassword(pages), cannotLogIn(pages)),
    ],
  }),
  password_suspended: (pages) => ({
    subject: 'パスワードが使えなくなりました',
    fact: `誤ったパスワードが続けて ${limits.login.accountCap} 回入力されたため、ルートユーザーの現在のパスワードを停止しました。`,
    body: [
      pointer(
        'もう一度ログインできるようにするには、次のページで新しいパスワードを設定してください。',
        pages.forgotPassword,
      ),
      paragraph('ログイン中のセッション、多要素認証、SAM ユーザー、認証キーに変更はありません。'),
    ],
    ifNotYou: [
      paragraph('ほかの人がパスワードを推測しようとした可能性があります。次の順に対応してください。'),
      steps(
        { text: '上のページで、ほかで使っていない推測されにくいパスワードを設定してください。' },
        { text: '多要素認証を有効にしてください。', page: pages.mfa },
        cannotLogIn(pages),
      ),
    ],
  }),
  mfa_suspended: (pages) => ({
    subject: '認証コードが使えなくなりました',
    fact: `誤った認証コードが続けて ${limits.otp.accountCap} 回入力されたため、ルートユーザーの認証アプリを停止しました。`,
    body: [
      paragraph('多要素認証は有効なままです。認証コードを入力してもログインできません。'),
      pointer(
        'もう一度ログインできるようにするには、バックアップコードを用意して、次のページで多要素認証をリセットしてください。',
        pages.resetMfa,
      ),
      unchanged,
    ],
    ifNotYou: [
      paragraph('ほかの人がパスワードを知っています。次の順に対応してください。'),
      steps(
        { text: '上のページで多要素認証をリセットし、ログインしてください。' },
        changePassword(pages),
        { text: '多要素認証をもう一度有効にしてください。', page: pages.mfa },
        cannotLogIn(pages),
      ),
      paragraph(
        `メールの URL からパスワードを再設定すると、${holdHours} 時間は多要素認証をリセットできません。先に多要素認証をリセットしてください。`,
      ),
    ],
  }),
  auth_key_created: (pages) => ({
    subject: 'ルートユーザーの認証キーが生成されました',
    fact: 'ルートユーザーの認証キーが生成されました。',
    body: [
      paragraph(
        '認証キーとそのシークレットを持つ人は、パスワードも多要素認証もなしに、ルートユーザーとして API を使えます。',
      ),
      pointer('認証キーは、削除するまで使えます。次のページで削除できます。', pages.keys),
      paragraph('パスワード、多要素認証、SAM ユーザーに変更はありません。'),
    ],
    ifNotYou: [
      paragraph('ほかの人がログインしている可能性があります。次の順に対応してください。'),
      steps(
        { text: 'ログインして、その認証キーを削除してください。', page: pages.keys },
        endSessions(pages),
        changePassword(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  email_added: emailAdded,
  email_removed: emailRemoved,
  primary_email_changed: primaryEmailChanged,
  account_locked: accountLocked,
};
