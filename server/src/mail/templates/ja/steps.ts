import type { Pages, Pointer } from '../letter.ts';

export const endSessions = (pages: Pages): Pointer => ({
  text: 'ログインして、見覚えのないセッションを終了してください。',
  page: pages.sessions,
});

export const changePassword = (pages: Pages): Pointer => ({
  text: 'パスワードを変更してください。',
  page: pages.password,
});

export const cannotLogIn = (pages: Pages): Pointer => ({
  text: 'ログインできない場合は、次のページを参照してください。',
  page: pages.help,
});
