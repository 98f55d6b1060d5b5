import type { Notice } from '../../facts.ts';
import { type Block, link, type Message, type Pages, paragraph, pointer, steps } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

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
