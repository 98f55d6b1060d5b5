import { limits } from '../../../limits.ts';
import type { Notice } from '../../facts.ts';
import { type Block, holdHours, link, list, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog } from './steps.ts';

const days = limits.lock.linkLife / limits.day;

/** "Cancel and lock": the live link of a notice. */
export function lockNow(pages: Pages, url: string): Block[] {
  return [
    paragraph('Cancel and lock the account on this page:'),
    link(url),
    paragraph(
      'It ends every session and makes the mailed links and the current password useless; a changed primary email address is changed back. A link to set a new password is then mailed to the primary email address.',
    ),
    paragraph(`The link works once, within ${days} days. Opening the link changes nothing by itself.`),
    steps(
      { text: 'Change the password of your mail account first, if someone else may read your mail.' },
      cannotLogIn(pages),
    ),
  ];
}

export function accountLocked(pages: Pages, { address, authKeyIds = [] }: Notice): Message {
  return {
    subject: 'The account was locked',
    fact: "The root user's account was locked with the link of a notice.",
    body: [
      ...(address === undefined
        ? []
        : [
            paragraph(
              `The primary email address is ${address} again. The address that had taken its place is unverified now.`,
            ),
          ]),
      paragraph(
        'Every session was ended. The password no longer works: a link to set a new one was mailed to the primary email address.',
      ),
      pointer('If that link has expired, request another one on this page:', pages.forgotPassword),
      paragraph(
        `Multi-factor authentication and the SAM users have not changed. For ${holdHours} hours multi-factor authentication cannot be reset by mail.`,
      ),
      ...(authKeyIds.length > 0
        ? [
            paragraph('These auth keys of the root user still work:'),
            list(authKeyIds),
            pointer('Delete those that are not needed on this page:', pages.keys),
          ]
        : []),
      paragraph('After you have logged in, check the email addresses and the audit log:'),
      steps({ text: 'Security > Email addresses' }, readAuditLog(pages)),
    ],
    ifNotYou: [
      paragraph('Someone who can read a mailbox of this account followed the link. Do this, in this order:'),
      steps(
        { text: 'Change the password of your mail account.' },
        { text: 'Set a new password on this page:', page: pages.forgotPassword },
        endSessions(pages),
        changePassword(pages),
        cannotLogIn(pages),
      ),
    ],
  };
}
