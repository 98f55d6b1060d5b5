import type { Pages, Pointer } from '../letter.ts';

export const endSessions = (pages: Pages): Pointer => ({
  text: 'Log in and end every session that you do not recognise:',
  page: pages.sessions,
});

export const changePassword = (pages: Pages): Pointer => ({
  text: 'Change the password:',
  page: pages.password,
});

export const cannotLogIn = (pages: Pages): Pointer => ({
  text: "If you can't log in, read this page:",
  page: pages.help,
});
