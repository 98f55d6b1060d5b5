import type { Notice } from '../../facts.ts';
import { type Block, link, list, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions, readAuditLog } from './steps.ts';

const why = (notice: Notice): Block[] => (notice.reason ? [paragraph(`Reason given: ${notice.reason}`)] : []);

/** Somebody with a shell on the server asked for MFA to be switched off. */
export function overrideRequested(pages: Pages, notice: Notice): Message {
  const hours = Math.round(((notice.dueAt ?? notice.at) - notice.at) / 3_600_000);
  return {
    subject: "The server's operator will disable multi-factor authentication",
    fact: "The operator of the server asked for the root user's multi-factor authentication to be disabled.",
    body: [
      paragraph(
        hours > 0
          ? `It will be disabled in ${hours} hours, unless someone stops it. Until then nothing changes.`
          : 'It is disabled without waiting.',
      ),
      ...why(notice),
    ],
    ifNotYou: [
      ...(notice.cancelLink && hours > 0
        ? [
            paragraph('Stop it on this page:'),
            link(notice.cancelLink),
            paragraph('Opening the link changes nothing by itself.'),
          ]
        : []),
      paragraph('Ask the people who run this server. Then do this, in this order:'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

/** It happened. */
export function overrideDone(pages: Pages, notice: Notice): Message {
  return {
    subject: "The server's operator disabled multi-factor authentication",
    fact: "The operator of the server disabled the root user's multi-factor authentication.",
    body: [
      paragraph('From now on the password alone is enough to log in. The backup codes no longer work.'),
      ...why(notice),
      pointer('We recommend that you log in and enable multi-factor authentication again:', pages.mfa),
    ],
    ifNotYou: [
      paragraph('Ask the people who run this server. Then do this, in this order:'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  };
}

/** Everything went back to an earlier state. */
export function databaseRestored(pages: Pages, { authKeyIds = [] }: Notice): Message {
  return {
    subject: 'The server went back to an earlier state',
    fact: 'The database of the server was restored from a backup, or went back to an earlier state.',
    body: [
      paragraph(
        'What was changed after that state is undone: passwords, multi-factor authentication, email addresses, SAM users, roles and auth keys are as they were then. Backup codes that were used since then work again.',
      ),
      paragraph('Everyone has to log in again. Log in and do this, in this order:'),
      steps(
        { text: 'Check that multi-factor authentication is enabled, and generate new backup codes:', page: pages.mfa },
        { text: 'Check the SAM users and their permissions:', page: pages.users },
        readAuditLog(pages),
      ),
      ...(authKeyIds.length > 0
        ? [
            paragraph('These auth keys of the root user work:'),
            list(authKeyIds),
            pointer('Delete those that are not needed on this page:', pages.keys),
          ]
        : []),
    ],
    ifNotYou: [
      paragraph('Only the people who run this server can do this, or a fault of its disk. Ask them what happened.'),
      steps(changePassword(pages), cannotLogIn(pages)),
    ],
  };
}
