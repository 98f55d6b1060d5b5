/**
 * The one table of codes. Each failure that leaves the server is a row here; an endpoint declares which rows it may
 * answer with. Codes with an AUM, COM or MFA prefix below 0011 are those that clients of the public API know.
 *
 * `{name}` in a message is filled from the error's parameters.
 */
export const errorTable = {
  AUM0001: {
    status: 401,
    en: 'Invalid API key or token.',
    ja: 'API キーまたはトークンが正しくありません。',
  },
  AUM0002: {
    status: 401,
    en: 'Invalid user name or password.',
    ja: 'ユーザー名またはパスワードが正しくありません。',
  },
  AUM0003: {
    status: 400,
    en: 'This email address is already registered.',
    ja: 'このメールアドレスはすでに登録されています。',
  },
  AUM0010: {
    status: 400,
    en: 'The password is not acceptable: {reason}',
    ja: 'このパスワードは使用できません。{reason}',
  },
  AUM0011: {
    status: 400,
    en: 'The current password is incorrect.',
    ja: '現在のパスワードが正しくありません。',
  },
  AUM0012: {
    status: 400,
    en: 'This link is no longer valid. It has expired or was already used.',
    ja: 'この URL は無効です。有効期限が切れたか、すでに使用されています。',
  },
  AUM0013: {
    status: 400,
    en: 'Setup is complete. Log in instead.',
    ja: 'セットアップは完了しています。ログインしてください。',
  },
  AUM0014: {
    status: 403,
    en: 'Sign-up is closed on this server. Ask its operator for an account.',
    ja: 'このサーバーでは新規登録を受け付けていません。サーバーの管理者に依頼してください。',
  },
  AUM0015: {
    status: 403,
    en: 'This is not possible with an auth key or a switched session. Log in with the password.',
    ja: '認証キーまたはスイッチしたセッションでは実行できません。パスワードでログインしてください。',
  },
  AUM0016: {
    status: 403,
    en: 'Only the root user may do this.',
    ja: 'この操作はルートユーザーだけが実行できます。',
  },
  AUM0017: {
    status: 403,
    en: '{userName} does not have the permission {permission}. Ask the administrator (root user) for it.',
    ja: '{userName} には権限 {permission} がありません。管理者 (ルートユーザー) に依頼してください。',
  },
  AUM0018: {
    status: 401,
    en: 'The sign-in took too long or was ended. Start again.',
    ja: 'ログインの有効期限が切れました。最初からやり直してください。',
  },
  COM0001: {
    status: 400,
    en: 'The request is not valid: {field}: {reason}',
    ja: 'リクエストが正しくありません。{field}: {reason}',
  },
  COM0003: {
    status: 500,
    en: 'Something went wrong. Try again later. Reference: {requestId}',
    ja: 'エラーが発生しました。時間をおいて再試行してください。お問い合わせ番号: {requestId}',
  },
  COM0008: {
    status: 400,
    en: '{field}: this is not a well-formed email address.',
    ja: '{field}: メールアドレスの形式が正しくありません。',
  },
  COM0403: {
    status: 403,
    en: 'The request was refused because it did not come from this console.',
    ja: 'このコンソールから送信されたリクエストではないため、拒否しました。',
  },
  COM0404: {
    status: 404,
    en: 'Not found.',
    ja: '見つかりません。',
  },
  COM0413: {
    status: 413,
    en: 'The request is too large.',
    ja: 'リクエストが大きすぎます。',
  },
  COM0415: {
    status: 415,
    en: 'Send the body as application/json.',
    ja: '本文は application/json で送信してください。',
  },
  COM0421: {
    status: 421,
    en: 'This server does not answer for that host name.',
    ja: 'このホスト名には応答できません。',
  },
  COM0429: {
    status: 429,
    en: 'Too many attempts from this address. Try again later.',
    ja: 'このアドレスからの試行回数が多すぎます。時間をおいて再試行してください。',
  },
  COM0503: {
    status: 503,
    en: 'The server cannot do this right now. Try again in a moment.',
    ja: '現在処理できません。しばらくしてから再試行してください。',
  },
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
  MFA0010: {
    status: 400,
    en: "MFA could not be reset. Check the link's age, the email address, the password and the backup code.",
    ja: '多要素認証をリセットできませんでした。URL の有効期限、メールアドレス、パスワード、バックアップコードを確認してください。',
  },
} as const satisfies Record<string, { status: number; en: string; ja: string }>;

export type ErrorCode = keyof typeof errorTable;
export type Language = 'en' | 'ja';

/** Values for the `{names}` of a message; a value may itself have a text per language. */
export type MessageParams = Record<string, string | Record<Language, string>>;

/** The message of a code in a language, its `{parameters}` filled in; an absent parameter stays empty. */
export function errorMessage(code: ErrorCode, language: Language, params: MessageParams = {}): string {
  return errorTable[code][language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    return typeof value === 'string' ? value : value[language];
  });
}
