import type { FactorKind } from '@warifu/contract';
import type { Notice } from '../../facts.ts';
import { type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog, setUserPassword } from './steps.ts';

type What = { readonly subject: string; readonly fact: string };

const what = {
  added: (whose: string, factor: string): What => ({
    subject: `${capital(factor)} was added`,
    fact: `${capital(factor)} was added to the multi-factor authentication of ${whose}.`,
  }),
  replaced: (whose: string): What => ({
    subject: 'The authenticator app was changed',
    fact: `The authenticator app of ${whose} was changed. Codes of the one before no longer work.`,
  }),
  removed: (whose: string, factor: string): What => ({
    subject: `${capital(factor)} was removed`,
    fact: `${capital(factor)} of ${whose} was removed. Multi-factor authentication stays on.`,
  }),
  copied: (whose: string): What => ({
    subject: 'A passkey was refused: it may have been copied',
    fact: `A passkey of ${whose} answered with a counter that went back. It may have been copied, so it was refused.`,
  }),
};

type Kind = keyof typeof what;

const nameOf = (kind: FactorKind | undefined) => (kind === 'passkey' ? 'a passkey' : 'an authenticator app');
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Of the root user. */
export function factorNotice(kind: Kind, pages: Pages, factor?: FactorKind): Message {
  return {
    ...what[kind]('the root user', nameOf(factor)),
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
export function samFactorNotice(kind: Kind, pages: Pages, userName: string, factor?: FactorKind): Message {
  const { subject, fact } = what[kind](`SAM user ${userName}`, nameOf(factor));
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

const otherHostSubject = 'Passkeys were removed: the host name of the server changed';
const askHost = 'Only the people who run this server can do this. Ask them, by a way that you know already.';

/** The server has another host name: passkeys of the root user. */
export function otherHost(pages: Pages, { host = '' }: Notice): Message {
  return {
    subject: otherHostSubject,
    fact: `The host name of this server changed. The root user's passkeys for ${host} no longer work and were removed.`,
    body: [
      paragraph('Multi-factor authentication stays on.'),
      pointer('If an authenticator app is registered, log in with its code and add new passkeys:', pages.passkeys),
      pointer(
        'If passkeys were the only factor, reset multi-factor authentication with the password and a backup code:',
        pages.resetMfa,
      ),
      pointer('If the backup codes are lost, too, read this page:', pages.help),
    ],
    ifNotYou: [paragraph(askHost), steps(cannotLogIn(pages))],
  };
}

/** The same of a SAM user; the root user reads it. */
export function samOtherHost(pages: Pages, userName: string, { host = '' }: Notice): Message {
  return {
    subject: `SAM user ${userName}: ${otherHostSubject}`,
    fact: `The host name of this server changed. The passkeys of SAM user ${userName} for ${host} no longer work and were removed.`,
    body: [
      paragraph('Multi-factor authentication stays on.'),
      paragraph('If an authenticator app is registered, the user logs in with its code and adds new passkeys.'),
      pointer(
        'If passkeys were the only factor, disable multi-factor authentication of this user, or start a reset by the user, on this page:',
        pages.user(userName),
      ),
    ],
    ifNotYou: [paragraph(askHost), steps(readAuditLog(pages), cannotLogIn(pages))],
  };
}
