import { type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog, setUserPassword } from './steps.ts';

type What = { readonly subject: string; readonly fact: string };

const what = {
  added: (whose: string): What => ({
    subject: 'A passkey or an authenticator app was added',
    fact: `A passkey or an authenticator app was added to the multi-factor authentication of ${whose}.`,
  }),
  replaced: (whose: string): What => ({
    subject: 'The authenticator app was changed',
    fact: `The authenticator app of ${whose} was changed. Codes of the one before no longer work.`,
  }),
  removed: (whose: string): What => ({
    subject: 'A passkey or an authenticator app was removed',
    fact: `A passkey or an authenticator app of ${whose} was removed. Multi-factor authentication stays on.`,
  }),
  copied: (whose: string): What => ({
    subject: 'A passkey was refused: it may have been copied',
    fact: `A passkey of ${whose} answered with a counter that went back. It may have been copied, so it was refused.`,
  }),
};

type Kind = keyof typeof what;

/** Of the root user. */
export function factorNotice(kind: Kind, pages: Pages): Message {
  return {
    ...what[kind]('the root user'),
    body: [pointer('What is registered now stands on this page:', pages.mfa)],
    ifNotYou: [
      paragraph('Someone else may have done it. Do this, in this order:'),
      steps(
        endSessions(pages),
        changePassword(pages),
        { text: 'Remove what you do not recognise:', page: pages.mfa },
        cannotLogIn(pages),
      ),
    ],
  };
}

/** Of a SAM user; the root user reads it. */
export function samFactorNotice(kind: Kind, pages: Pages, userName: string): Message {
  const { subject, fact } = what[kind](`SAM user ${userName}`);
  return {
    subject: `SAM user ${userName}: ${subject}`,
    fact,
    body: [pointer('This user can be seen on this page:', pages.user(userName))],
    ifNotYou: [
      paragraph(
        'Ask the person who uses this SAM user. If that person did not expect it either, someone else may have done it. Do this, in this order:',
      ),
      steps(
        setUserPassword(pages, userName),
        { text: 'On the same page, disable multi-factor authentication.' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  };
}
