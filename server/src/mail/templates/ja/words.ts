import type { Receipt } from '../../../context.ts';
import type { Words } from '../letter.ts';
import { knownSignUp, linkMails, testMail } from './link-mails.ts';
import { notices } from './notices.ts';
import { samNotices } from './sam-notices.ts';
import { askRoot } from './steps.ts';

const endedNames: Readonly<Record<keyof Receipt, string>> = {
  sessions: 'セッション',
  pendingSignIns: '認証コード待ちのログイン',
  links: 'メールで送信した URL',
  backupCodes: 'バックアップコード',
};

/** Everything that mails say in Japanese. */
export const ja: Words = {
  labels: {
    time: '日時',
    asOf: '復元された時点',
    sourceIp: 'IP アドレス',
    browser: 'ブラウザー',
    by: '操作したユーザー',
    user: 'ユーザー',
    account: 'アカウント',
    operatorId: 'オペレーター ID',
  },
  unknownBrowser: '不明',
  onTheServer: 'なし (サーバー上のコマンドによる操作)',
  ifNotYou: '心当たりがない場合',
  ifUnexpected: '心当たりがない場合',
  endedNothing: 'これに伴って終了または無効になったものはありません。',
  ended: 'これに伴い、次のものが終了または無効になりました。',
  endedItem: (name, count) => `${endedNames[name]}: ${count} 件`,
  gathered: {
    subject: (first, more) => `${first} (ほか ${more} 件)`,
    times: (count) =>
      `同じユーザーによる、同じ内容の通知が ${count} 件あります。それぞれの日時、対象のユーザー、IP アドレス、ブラウザーは次のとおりです。`,
    unnamed: (count) => `このほかにも ${count} 件あります。監査ログで確認できます。`,
    first: '以下では、最初の 1 件について説明します。ほかについても同様です。',
    users: 'ほかの SAM ユーザーは、次のページで確認できます。',
  },
  footer: (name, baseUrl) =>
    `このメールは ${name} (${baseUrl}) から自動で送信しています。このメールに返信されても、お答えできません。`,
  notices,
  samNotices,
  askRoot,
  linkMails,
  knownSignUp,
  testMail,
};
