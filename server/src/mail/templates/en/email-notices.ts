import type { Notice } from '../../facts.ts';
import { type Block, holdHours, type Message, type Pages, type Pointer, paragraph, steps } from '../letter.ts';
import { lockNow } from './lock.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

const unchanged = paragraph(
  'The password, multi-factor authentication, the SAM users and the auth keys have not changed.',
);
const ifNotYou = (pages: Pages, correction: Pointer): Block[] => [
  paragraph('Someone else may be logged in. Do this, in this order:'),
  steps(correction, changePassword(pages), endSessions(pages), cannotLogIn(pages)),
];

export function emailAdded(pages: Pages, { address = '' }: Notice): Message {
  return {
    subject: 'An email address was added',
    fact: `The email address ${address} was added to the account.`,
    body: [
      paragraph('Notices about security changes, such as this one, now go to it, too.'),
      paragraph('Login and reset mails still use the primary email address.'),
      unchanged,
    ],
    ifNotYou: ifNotYou(pages, { text: 'Log in and remove the address under Security > Email addresses.' }),
  };
}

export function emailRemoved(pages: Pages, { address = '' }: Notice): Message {
  return {
    subject: 'An email address was removed',
    fact: `The email address ${address} was removed from the account.`,
    body: [paragraph('It no longer gets notices about security changes.'), unchanged],
    ifNotYou: ifNotYou(pages, { text: 'Log in and add the address again under Security > Email addresses.' }),
  };
}

export function primaryEmailChanged(pages: Pages, { address = '', cancelLink }: Notice): Message {
  return {
    subject: 'The primary email address was changed',
    fact: `The primary email address of the account is now ${address}.`,
    body: [
      paragraph('From now on the root user logs in with this address.'),
      paragraph('Mails to reset the password or multi-factor authentication now go to it.'),
      paragraph(`For ${holdHours} hours from this change, multi-factor authentication cannot be reset by mail.`),
      paragraph('This notice also goes to the old primary email address.'),
      unchanged,
    ],
    ifNotYou: cancelLink
      ? lockNow(pages, cancelLink)
      : ifNotYou(pages, {
          text: `Log in with ${address} and your password, and make your own address the primary one again under Security > Email addresses.`,
        }),
  };
}
