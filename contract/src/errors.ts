import type { ErrorRow } from './error-facts.ts';
import { mfaErrors } from './errors-mfa.ts';
import { resetErrors } from './errors-reset.ts';

/**
 * The one table of codes. Each failure that leaves the server is a row here; an endpoint declares which rows it may
 * answer with. Codes with an AUM, COM or MFA prefix below 0011 are those that clients of the public API know.
 *
 * `{name}` in a message is filled from the error's parameters. Those that `facts` names stand as members of the body as
 * well, so that no client reads them out of a sentence; no other parameter does.
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
    facts: ['permission', 'userName'],
    en: '{userName} does not have the permission {permission}. Ask the administrator (root user) for it.',
    ja: '{userName} には権限 {permission} がありません。ルートユーザーに依頼してください。',
  },
  AUM0018: {
    status: 401,
    en: 'The sign-in took too long or was ended. Start again.',
    ja: 'ログインの手続きが時間切れになりました。最初からやり直してください。',
  },
  AUM0020: {
    status: 400,
    en: 'A user of this name exists already.',
    ja: 'この名前のユーザーはすでに存在します。',
  },
  AUM0021: {
    status: 400,
    facts: ['limit'],
    en: 'The operator has as many SAM users as it may have ({limit}).',
    ja: 'SAM ユーザー数が上限 ({limit}) に達しています。',
  },
  AUM0022: {
    status: 400,
    en: 'The user has a password already. Change it, or delete it first.',
    ja: 'パスワードはすでに設定されています。変更するか、先に削除してください。',
  },
  AUM0023: {
    status: 400,
    facts: ['limit'],
    en: 'A user has at most {limit} auth keys. Delete one first.',
    ja: '認証キーは 1 ユーザーにつき {limit} 個までです。先に削除してください。',
  },
  AUM0024: {
    status: 403,
    facts: ['userName'],
    en: 'This change would allow something that {userName} may not do itself. Ask the root user.',
    ja: 'この変更により、{userName} 自身に許可されていない操作が許可されてしまいます。ルートユーザーに依頼してください。',
  },
  AUM0025: {
    status: 400,
    en: 'Switching to this user is not allowed.',
    ja: 'このユーザーへのスイッチは許可されていません。',
  },
  AUM0026: {
    status: 403,
    en: 'This would end or postpone a requirement of MFA that concerns yourself. Ask another user or the root user.',
    ja: '自分に適用される多要素認証の必須設定は、解除も延期もできません。ほかのユーザーかルートユーザーに依頼してください。',
  },
  AUM0030: {
    status: 400,
    facts: ['line', 'column'],
    en: 'The permission is not valid: {reason}',
    ja: '権限の記述が正しくありません。{reason}',
  },
  AUM0031: {
    status: 400,
    facts: ['line', 'column'],
    en: 'The trust policy is not valid: {reason}',
    ja: '信頼ポリシーの記述が正しくありません。{reason}',
  },
  AUM0032: {
    status: 400,
    en: 'A role of this ID exists already.',
    ja: 'この ID のロールはすでに存在します。',
  },
  AUM0033: {
    status: 400,
    facts: ['count'],
    en: 'The role is still attached to users ({count}). Detach it first.',
    ja: 'このロールは {count} 人のユーザーに割り当てられています。先に割り当てを解除してください。',
  },
  AUM0034: {
    status: 404,
    en: 'This is a built-in role. It cannot be changed.',
    ja: '組み込みのロールは変更できません。',
  },
  AUM0035: {
    status: 400,
    en: 'Only built-in roles have versions.',
    ja: 'バージョンがあるのは組み込みのロールだけです。',
  },
  AUM0036: {
    status: 400,
    en: 'The primary email address cannot be deleted. Make another one primary first.',
    ja: 'プライマリメールアドレスは削除できません。先に別のアドレスをプライマリに設定してください。',
  },
  AUM0037: {
    status: 400,
    facts: ['field'],
    en: '{field}: these are not verified addresses of this operator, or the wrong number of them.',
    ja: '{field}: 確認済みのメールアドレスを正しい数だけ指定してください。',
  },
  AUM0040: {
    status: 403,
    en: 'These permissions are too large to compare. A root user can make this change.',
    ja: '権限が大きすぎるため比較できません。ルートユーザーであればこの変更を実行できます。',
  },
  AUM0041: {
    status: 400,
    facts: ['limit'],
    en: 'The operator has as many roles as it may have ({limit}).',
    ja: 'ロール数が上限 ({limit}) に達しています。',
  },
  AUM0042: {
    status: 400,
    facts: ['limit'],
    en: 'The user has as many roles as it may have ({limit}).',
    ja: 'このユーザーにアタッチできるロール数の上限 ({limit}) に達しています。',
  },
  AUM0050: {
    status: 400,
    en: 'The user has this role already.',
    ja: 'このロールはすでに割り当てられています。',
  },
  AUM0051: {
    status: 400,
    en: 'There is no such role.',
    ja: 'このロールは存在しません。',
  },
  // As AUM0016, with the status that the reference has for it where it says one.
  AUM0052: {
    status: 400,
    en: 'Only the root user may do this.',
    ja: 'この操作はルートユーザーだけが実行できます。',
  },
  AUM0053: {
    status: 400,
    en: 'No sign-up with this email address is waiting to be finished.',
    ja: 'このメールアドレスでの新規登録は受け付けていないか、すでに完了しています。',
  },
  AUM0060: {
    status: 401,
    en: 'A gate key is needed. This one is missing, wrong or revoked.',
    ja: 'ゲートキーが必要です。指定されていないか、正しくないか、失効しています。',
  },
  AUM0061: {
    status: 403,
    en: 'A gate key asks the gate, and does nothing else.',
    ja: 'ゲートキーで実行できるのは、ゲートへの問い合わせだけです。',
  },
  AUM0062: {
    status: 403,
    en: 'No catalogue of guarded APIs has this call, so nobody may make it.',
    ja: 'この呼び出しは、保護対象 API のどのカタログにも記載されていないため、許可されません。',
  },
  AUM0063: {
    status: 403,
    en: 'Only a proxy that WARIFU_TRUSTED_PROXIES lists may ask this.',
    ja: 'この問い合わせができるのは、WARIFU_TRUSTED_PROXIES に指定されたプロキシーだけです。',
  },
  AUM0064: {
    status: 403,
    en: 'The request was refused because a page of another site made the browser send it.',
    ja: '別のサイトのページから送信されたリクエストのため、拒否しました。',
  },
  // RFC 9470 §3: 401 with the challenge of `stepUpChallenges`.
  AUM0065: {
    status: 401,
    facts: ['stepUp', 'permission', 'userName'],
    en: '{userName} may do this after logging in again. stepUp says with what: password, or mfa for multi-factor authentication.',
    ja: '{userName} がこの操作を実行するには、もう一度ログインする必要があります。stepUp が password の場合はパスワード、mfa の場合は多要素認証を使用してください。',
  },
  COM0001: {
    status: 400,
    facts: ['field'],
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
    facts: ['field'],
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
  COM0405: {
    status: 405,
    en: 'This address does not take this method. It takes: {allow}',
    ja: 'このアドレスではこのメソッドを使用できません。使用できるメソッド: {allow}',
  },
  COM0408: {
    status: 408,
    en: 'The request took too long to arrive.',
    ja: 'リクエストの受信に時間がかかりすぎたため、中断しました。',
  },
  COM0412: {
    status: 412,
    en: 'This was changed after you read it. Read it again, then make your change.',
    ja: '読み込んだ後に変更されています。最新の内容を読み込んでから、もう一度変更してください。',
  },
  COM0413: {
    status: 413,
    en: 'The request is too large.',
    ja: 'リクエストが大きすぎます。',
  },
  COM0415: {
    status: 415,
    en: 'Send the body as {mediaType}, not compressed.',
    ja: '本文は圧縮せず、{mediaType} で送信してください。',
  },
  COM0421: {
    status: 421,
    en: 'This server does not answer for that host name.',
    ja: 'このホスト名には応答できません。',
  },
  COM0429: {
    status: 429,
    facts: ['retryAfter'],
    en: 'Too many attempts from this address. Try again later.',
    ja: 'このアドレスからの試行回数が多すぎます。時間をおいて再試行してください。',
  },
  COM0431: {
    status: 431,
    en: 'The headers of the request are too large.',
    ja: 'リクエストのヘッダーが大きすぎます。',
  },
  COM0503: {
    status: 503,
    facts: ['retryAfter'],
    en: 'The server cannot do this right now. Try again in a moment.',
    ja: '現在処理できません。しばらくしてから再試行してください。',
  },
  ...mfaErrors,
  ...resetErrors,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;
