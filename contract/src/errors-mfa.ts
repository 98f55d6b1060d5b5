import type { ErrorRow } from './error-facts.ts';

/** The codes about proofs, factors and resets: rows of `errorTable`. */
export const mfaErrors = {
  MFA0001: {
    status: 401,
    en: 'An MFA verification code is required.',
    ja: 'MFA 認証コードが必要です。',
  },
  MFA0002: {
    status: 401,
    en: 'That code is incorrect or was already used. Wait for a new code and try again. Codes are rejected if your device clock is off.',
    ja: '認証コードが正しくないか、すでに使われています。新しいコードが表示されるのを待って入力してください。端末の時刻がずれていると受理されません。',
  },
  MFA0003: {
    status: 400,
    en: 'MFA is already enabled.',
    ja: '多要素認証はすでに有効です。',
  },
  MFA0004: {
    status: 403,
    en: 'Confirm your password (and MFA verification code) again, then repeat the request.',
    ja: 'パスワード (と MFA 認証コード) をもう一度確認してから、操作をやり直してください。',
  },
  MFA0005: {
    status: 400,
    en: 'MFA is not enabled.',
    ja: '多要素認証は有効になっていません。',
  },
  MFA0006: {
    status: 400,
    en: 'Time ran out, or setting up MFA was not begun. Start again.',
    ja: '時間切れか、多要素認証の設定が開始されていません。最初からやり直してください。',
  },
  MFA0007: {
    status: 400,
    en: 'That code is incorrect or was already used. Wait for a new code and try again. Codes are rejected if your device clock is off.',
    ja: '認証コードが正しくないか、すでに使われています。新しいコードが表示されるのを待って入力してください。端末の時刻がずれていると受理されません。',
  },
  MFA0008: {
    status: 403,
    facts: ['rule', 'name'],
    en: 'MFA is required{why}. Enable it first; nothing else is possible until then.',
    ja: '{why}多要素認証が必須です。先に有効にしてください。',
  },
  MFA0009: {
    status: 403,
    en: 'Disabling your own MFA needs a session that was opened with it. Log in with an MFA verification code or a passkey.',
    ja: '自分の多要素認証を無効にするには、MFA 認証コードまたはパスキーを使ってログインしたセッションが必要です。',
  },
  MFA0010: {
    status: 400,
    facts: ['field'],
    en: "MFA could not be reset.{mistyped} Check the link's age, the email address, the password and the backup code.",
    ja: '多要素認証をリセットできませんでした。{mistyped}URL の有効期限、メールアドレス、パスワード、バックアップコードを確認してください。',
  },
  MFA0011: {
    status: 400,
    en: 'The backup codes are frozen. Disable MFA with the password and enable it again to get new ones.',
    ja: 'バックアップコードは使用できなくなっています。多要素認証をいったん無効にしてから有効にすると、新しいコードが生成されます。',
  },
  MFA0012: {
    status: 403,
    en: 'This factor cannot be checked: what the server stores of it is damaged. Ask the people who run this server.',
    ja: 'サーバーに保存されている認証アプリまたはパスキーの情報が壊れているため、確認できません。サーバーの管理者に連絡してください。',
  },
  MFA0013: {
    status: 401,
    en: 'That passkey was not accepted. Try again, or use another way to log in.',
    ja: 'このパスキーは使用できませんでした。もう一度試すか、ほかの方法を使用してください。',
  },
  MFA0014: {
    status: 401,
    en: 'This account has no authenticator app, only passkeys. Log in to the console in a browser; programs use auth keys.',
    ja: 'このアカウントには認証アプリがなく、パスキーだけが登録されています。ブラウザーでコンソールにログインしてください。プログラムからは認証キーを使用してください。',
  },
  MFA0015: {
    status: 400,
    en: 'This is the only factor. To go without, disable MFA.',
    ja: '登録されている要素はこれだけです。使用をやめるには、多要素認証を無効にしてください。',
  },
  MFA0017: {
    status: 400,
    facts: ['limit'],
    en: 'There may be {limit} passkeys at most. Remove one first.',
    ja: '登録できるパスキーは {limit} 個までです。先に不要なものを削除してください。',
  },
  MFA0018: {
    status: 400,
    en: 'This passkey is already registered.',
    ja: 'このパスキーはすでに登録されています。',
  },
  MFA0019: {
    status: 400,
    en: 'No passkey of this account works on this server any more. Log in another way, or have MFA reset.',
    ja: 'このアカウントには、このサーバーで使用できるパスキーがありません。ほかの方法でログインするか、多要素認証をリセットしてください。',
  },
} as const satisfies Record<string, ErrorRow>;
