import type { ErrorRow } from './error-facts.ts';

/** The rows of the table of codes that assisted resets answer with. */
export const resetErrors = {
  AUM0019: {
    status: 403,
    facts: ['until'],
    en: 'MFA of this user was reset a short time ago. Until {time} it can repair its own account, but not change users, roles, permissions, keys, addresses or settings.',
    ja: 'このユーザーの多要素認証は、最近リセットされました。{time} までは、自分のアカウントの復旧に必要な操作だけを実行できます。ユーザー、ロール、権限、キー、アドレス、設定は変更できません。',
  },
  MFA0030: {
    status: 403,
    en: 'This needs a session that was opened with MFA. Log in with it.',
    ja: 'この操作には、多要素認証を使ってログインしたセッションが必要です。',
  },
  MFA0031: {
    status: 403,
    en: 'The user itself, who starts its MFA reset and who approves it must be different people.',
    ja: '多要素認証リセットの対象のユーザー、リセットを開始する人、承認する人は、それぞれ別の人でなければなりません。',
  },
  MFA0032: {
    status: 400,
    en: 'MFA could not be reset. Check the operator ID, the user name, the password and the code or link. If it has expired or was not approved, ask whoever helps you.',
    ja: '多要素認証をリセットできませんでした。オペレーター ID、ユーザー名、パスワード、コードまたは URL を確認してください。有効期限が切れているか、承認されていない場合は、リセットを開始した人に連絡してください。',
  },
  MFA0033: {
    status: 403,
    en: "You set this user's password. Somebody else must start or approve the MFA reset.",
    ja: 'このユーザーのパスワードを設定した人は、多要素認証リセットを開始または承認できません。ほかの人に依頼してください。',
  },
  MFA0034: {
    status: 400,
    en: 'The user has no verified email address. Hand over a code instead.',
    ja: 'このユーザーには、確認済みのメールアドレスがありません。代わりにコードを伝えてください。',
  },
  MFA0035: {
    status: 400,
    en: 'The user has no password that works. Without it this reset cannot be finished.',
    ja: 'このユーザーには有効なパスワードがないため、このリセットは完了できません。',
  },
  MFA0036: {
    status: 400,
    facts: ['field'],
    en: 'That is no code of the current set.{mistyped} Check the set number and the mark on your sheet.',
    ja: '現在のセットのバックアップコードではありません。{mistyped}お手元の控えのセット番号と識別文字を確認してください。',
  },
  MFA0037: {
    status: 409,
    facts: ['userNames'],
    en: 'This takes a way in away from {who}, for the day a device is lost. {lost} Confirm that to go on.',
    ja: 'この操作を行うと、端末を失ったときに{who}がログインできる方法が減ります。{lost}続けるには確認が必要です。',
  },
} as const satisfies Record<string, ErrorRow>;
