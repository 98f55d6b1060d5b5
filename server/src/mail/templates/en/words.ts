import type { Receipt } from '../../../context.ts';
import type { Words } from '../letter.ts';
import { knownSignUp, linkMails, testMail } from './link-mails.ts';
import { notices } from './notices.ts';
import { samNotices } from './sam-notices.ts';
import { askRoot } from './steps.ts';

const endedNames: Readonly<Record<keyof Receipt, string>> = {
  sessions: 'Sessions',
  pendingSignIns: 'Logins that were waiting for a verification code',
  links: 'Mailed links',
  backupCodes: 'Backup codes',
};

/** Everything that mails say in English. */
export const en: Words = {
  labels: {
    time: 'Time',
    asOf: 'Restored to the state of',
    sourceIp: 'IP address',
    browser: 'Browser',
    by: 'Done by',
    user: 'User',
    account: 'Account',
    operatorId: 'Operator ID',
  },
  unknownBrowser: 'unknown',
  onTheServer: 'none (done by a command on the server)',
  ifNotYou: 'If this was not you',
  ifUnexpected: 'If you did not expect this',
  endedNothing: 'Nothing else was ended by it.',
  ended: 'This was ended by it:',
  endedItem: (name, count) => `${endedNames[name]}: ${count}`,
  gathered: {
    subject: (first, more) => `${first} (and ${more} more)`,
    times: (count) =>
      `This happened ${count} times, each time by the same user. When, to whom, from which IP address and browser:`,
    unnamed: (count) => `${count} more are not listed here. They are in the audit log:`,
    first: 'What follows is about the first in the list. It holds for the others in the same way.',
    users: 'The other SAM users are on this page:',
  },
  footer: (name, baseUrl) => `${name} (${baseUrl}) sent this mail automatically. Replies are not read.`,
  notices,
  samNotices,
  askRoot,
  linkMails,
  knownSignUp,
  testMail,
};
