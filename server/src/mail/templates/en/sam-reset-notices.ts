import { limits } from '../../../limits.ts';
import type { Notice } from '../../facts.ts';
import { type Block, link, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, readAuditLog, setUserPassword } from './steps.ts';

const minutes = limits.assisted.life / 60_000;
const permission = 'User:startUserMFAReset';
const starter = ({ by = '' }: Notice): string =>
  by === 'root' ? 'the root user' : `SAM user ${by.replace(/^sam:/, '')}`;

const whoMay = (pages: Pages, userName: string): Block[] => [
  paragraph(
    `It can be started by the root user, and by SAM users that have the permission ${permission}. Do this, in this order:`,
  ),
  steps(
    readAuditLog(pages),
    {
      text: 'If the person who uses this SAM user did not ask for it, set a new password for it:',
      page: pages.user(userName),
    },
    {
      text: 'Check which SAM users have the permission, and take it from those that do not need it:',
      page: pages.users,
    },
    cannotLogIn(pages),
  ),
];

/** Notices about the assisted reset of a SAM user and its address, in English. */
export const samResetNotices = {
  sam_mfa_reset_started: (pages: Pages, userName: string, notice: Notice): Message => ({
    subject: `A reset of multi-factor authentication of SAM user ${userName} was started`,
    fact: `A reset of the multi-factor authentication of SAM user ${userName} was started. Nothing has changed yet.`,
    body: [
      paragraph(`It was started by ${starter(notice)}. Reason given: ${notice.reason ?? ''}`),
      paragraph(
        `Only this user can finish it: with its own password, and a mailed link or a code from whoever started it. The link or code works once, for ${minutes} minutes.`,
      ),
    ],
    ifNotYou: [
      paragraph('Stop the reset on this page:'),
      link(notice.cancelLink ?? ''),
      paragraph('Opening the link changes nothing by itself. It works until the reset is finished or has expired.'),
      ...whoMay(pages, userName),
    ],
  }),
  sam_mfa_reset_approved: (pages: Pages, userName: string, notice: Notice): Message => ({
    subject: `The reset of multi-factor authentication of SAM user ${userName} was approved`,
    fact: `The reset of the multi-factor authentication of SAM user ${userName} was approved. Nothing has changed yet.`,
    body: [
      paragraph(
        `It was approved by ${starter(notice)}. This user can finish it within ${minutes} minutes. Until then it can be stopped with the link of the first notice, too.`,
      ),
      pointer('The reset can be stopped on this page:', pages.user(userName)),
    ],
    ifNotYou: whoMay(pages, userName),
  }),
  sam_mfa_reset_stopped: (pages: Pages, userName: string): Message => ({
    subject: `The reset of multi-factor authentication of SAM user ${userName} was stopped`,
    fact: `The reset of the multi-factor authentication of SAM user ${userName} was stopped. Multi-factor authentication has not changed.`,
    body: [
      paragraph('The link or code for the reset no longer works.'),
      pointer('If the reset is needed, start it again on this page:', pages.user(userName)),
    ],
    ifNotYou: [
      paragraph(
        'It was stopped by the root user, by whoever started it, by this user, or by someone who received a notice.',
      ),
      ...whoMay(pages, userName),
    ],
  }),
  sam_mfa_reset_done: (pages: Pages, userName: string): Message => ({
    subject: `Multi-factor authentication of SAM user ${userName} was reset`,
    fact: `The multi-factor authentication of SAM user ${userName} was reset with its password and is now disabled.`,
    body: [
      paragraph('From now on the password alone is enough for this user to log in.'),
      paragraph("This user's password, permissions and auth keys have not changed."),
      paragraph('We recommend that this user logs in and enables multi-factor authentication again.'),
    ],
    ifNotYou: [
      paragraph(
        'Ask the person who uses this SAM user. If that person did not do it, someone else knows the password and got the link or code. Do this, in this order:',
      ),
      steps(setUserPassword(pages, userName), readAuditLog(pages), cannotLogIn(pages)),
    ],
  }),
  sam_email_changed: (pages: Pages, userName: string, { address = '' }: Notice): Message => ({
    subject: `The email address of SAM user ${userName} was set`,
    fact: `The email address of SAM user ${userName} is now ${address}.`,
    body: [
      paragraph('Notices about this user now go to it, too, and links for a reset of its multi-factor authentication.'),
      paragraph(
        'An address that this user had before gets this notice as the last one. Nobody logs in with the address.',
      ),
    ],
    ifNotYou: addressSteps(pages, userName),
  }),
  sam_email_removed: (pages: Pages, userName: string, { address = '' }: Notice): Message => ({
    subject: `The email address of SAM user ${userName} was removed`,
    fact: `The email address ${address} of SAM user ${userName} was removed.`,
    body: [paragraph('It no longer gets notices about this user.')],
    ifNotYou: addressSteps(pages, userName),
  }),
};

function addressSteps(pages: Pages, userName: string): Block[] {
  return [
    paragraph(
      'Ask the person who uses this SAM user. If that person did not expect it either, do this, in this order:',
    ),
    steps(
      { text: 'Log in and correct the email address:', page: pages.user(userName) },
      setUserPassword(pages, userName),
      readAuditLog(pages),
      cannotLogIn(pages),
    ),
  ];
}
