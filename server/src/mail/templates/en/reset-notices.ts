import type { Notice } from '../../facts.ts';
import { type Block, link, list, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

export function resetRequested(pages: Pages, notice: Notice): Message {
  return {
    subject: 'A reset of multi-factor authentication was requested',
    fact: "A reset of the root user's multi-factor authentication was requested. Nothing has changed yet.",
    body: [
      paragraph('A link for the reset was mailed to the primary email address.'),
      paragraph('To complete the reset, its page asks for the email address, the password and a backup code.'),
    ],
    ifNotYou: [
      ...(notice.cancelLink ? cancellation(notice.cancelLink) : []),
      paragraph('Whoever requested this reset entered the right password. Do this, in this order:'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

function cancellation(url: string): Block[] {
  return [
    paragraph('Stop the reset on this page:'),
    link(url),
    paragraph(
      'Opening the link changes nothing by itself. It works until the reset is completed or the link for the reset expires.',
    ),
  ];
}

export function resetCancelled(pages: Pages): Message {
  return {
    subject: 'The reset of multi-factor authentication was stopped',
    fact: "The reset of the root user's multi-factor authentication was stopped. Multi-factor authentication has not changed.",
    body: [
      paragraph('The link for the reset no longer works.'),
      pointer('If you need the reset, request it again on this page:', pages.resetMfa),
    ],
    ifNotYou: [
      paragraph(
        'Someone who received a notice or opened the link for the reset stopped it. If you did not request the reset either, someone else knows the password. Do this, in this order:',
      ),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

export function resetDone(pages: Pages, notice: Notice): Message {
  const { addresses = [], authKeyIds = [] } = notice;
  return {
    subject: 'Multi-factor authentication was reset',
    fact: "The root user's multi-factor authentication was reset and is now disabled.",
    body: [
      paragraph('From now on the password alone is enough to log in. The backup codes no longer work.'),
      paragraph('The password, the SAM users and the auth keys have not changed.'),
      ...(authKeyIds.length > 0 ? keysThatWork(pages, authKeyIds) : []),
      ...(addresses.length > 0 ? [paragraph('This notice was sent to:'), list(addresses)] : []),
      pointer('We recommend that you log in and enable multi-factor authentication again:', pages.mfa),
    ],
    ifNotYou: [
      paragraph('Someone else may have done it. Do this, in this order:'),
      steps(
        { text: 'Change the password of your mail account.' },
        { text: 'Set a new password on this page:', page: pages.forgotPassword },
        { text: 'Enable multi-factor authentication again:', page: pages.mfa },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  };
}

function keysThatWork(pages: Pages, authKeyIds: readonly string[]): Block[] {
  return [
    paragraph('These auth keys of the root user still work:'),
    list(authKeyIds),
    pointer('Delete those that are not needed on this page:', pages.keys),
  ];
}
