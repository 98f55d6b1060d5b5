import type { FactorKind } from '@warifu/contract';
import { type Block, type Pages, type Pointer, paragraph, steps } from '../letter.ts';

export const endSessions = (pages: Pages): Pointer => ({
  text: 'Log in and end every session that you do not recognise:',
  page: pages.sessions,
});

export const disownSignIn = (pages: Pages): Pointer => ({
  text: 'Log in and choose "This wasn\'t me" at the login in the login history. That ends every other session and sets a new password:',
  page: pages.signIns,
});

export const changePassword = (pages: Pages): Pointer => ({
  text: 'Change the password:',
  page: pages.password,
});

/** The root user's way to keep a stranger out of a SAM user. */
export const setUserPassword = (pages: Pages, userName: string): Pointer => ({
  text: 'Log in and set a new password for this SAM user on its page. That ends its sessions:',
  page: pages.user(userName),
});

export const readAuditLog = (pages: Pages): Pointer => ({
  text: 'Check the audit log for who did what:',
  page: pages.auditLog,
});

export const cannotLogIn = (pages: Pages): Pointer => ({
  text: "If you can't log in, read this page:",
  page: pages.help,
});

/** What a SAM user does about itself. */
export const askRoot = (pages: Pages): readonly Block[] => [
  paragraph(
    'You get this mail because it is about your own SAM user. The root user got it, too. Do this, in this order:',
  ),
  steps(
    { text: 'Tell the root user of your operator, or whoever manages your SAM user.' },
    { text: 'If you can log in, check your login history, and end sessions that are not yours:', page: pages.signIns },
    cannotLogIn(pages),
  ),
];

/** Where a login stopped that had the right password. */
export const stepOf = (kind: FactorKind | undefined) => (kind === 'passkey' ? 'the passkey' : 'the verification code');
