import { type Block, holdHours, link, paragraph, pointer, steps, type Words } from '../letter.ts';
import { cannotLogIn, changePassword, endSessions } from './steps.ts';

const linkWithLife = (url: string, life: string): Block[] => [
  link(url),
  paragraph(`The link works once, within ${life} of the request. Opening the link changes nothing by itself.`),
];

/** Mails that carry a link, in English. */
export const linkMails: Words['linkMails'] = {
  mfa_reset_link: (pages, mail, life) => ({
    subject: 'Link to reset multi-factor authentication',
    fact: "A reset of the root user's multi-factor authentication was requested. Nothing has changed yet.",
    body: [
      paragraph(
        'Enter the email address, the password and a backup code (any one of your 8-character codes) on this page:',
      ),
      ...linkWithLife(mail.link, life),
      paragraph('The reset disables multi-factor authentication and logs you out on all devices.'),
    ],
    ifNotYou: [
      paragraph('Whoever requested the reset entered the right password. Do this, in this order:'),
      steps({ text: 'Stop the reset on the page of the link above.' }, changePassword(pages), cannotLogIn(pages)),
    ],
  }),
  sam_mfa_reset_link: (pages, mail, life) => ({
    subject: 'Link to reset your multi-factor authentication',
    fact: 'A reset of the multi-factor authentication of your SAM user was started for you. Nothing has changed yet.',
    body: [
      paragraph('Enter the operator ID, your user name and your password on this page:'),
      ...linkWithLife(mail.link, life),
      paragraph('The reset disables multi-factor authentication and logs you out on all devices.'),
    ],
    ifNotYou: [
      paragraph('Do not finish the reset. Do this, in this order:'),
      steps(
        { text: 'Stop the reset on the page of the link above.' },
        { text: 'Tell the root user of your operator, or whoever manages your SAM user.' },
        cannotLogIn(pages),
      ),
    ],
  }),
  password_reset_link: (pages, mail, life) => ({
    subject: 'Link to reset the password',
    fact: "A reset of the root user's password was requested. Nothing has changed yet.",
    body: [
      paragraph('Set a new password on this page:'),
      ...linkWithLife(mail.link, life),
      paragraph('A new password logs you out on all devices. Multi-factor authentication is not removed.'),
      paragraph(`For ${holdHours} hours after the change, multi-factor authentication cannot be reset by mail.`),
    ],
    ifNotYou: [
      paragraph('Ignore this mail. Unless the link is used, the password does not change.'),
      pointer('If such mails keep coming, read this page:', pages.help),
    ],
  }),
  sign_up_link: (_pages, mail, life) => ({
    subject: 'Confirm your email address',
    fact: 'A new account with this email address was requested. It has not been created yet.',
    body: [paragraph('Complete your account on this page:'), ...linkWithLife(mail.link, life)],
    ifNotYou: [paragraph('Ignore this mail. Unless the link is used, no account is created.')],
  }),
  add_email_link: (_pages, mail, life) => ({
    subject: 'Confirm the email address to be added',
    fact: `A request was made to add this email address to the account of operator ${mail.operatorId}. It has not been added yet.`,
    body: [
      paragraph('Add the address on this page:'),
      ...linkWithLife(mail.link, life),
      paragraph('An added address gets the notices about security changes of the account.'),
    ],
    ifNotYou: [paragraph('Ignore this mail. Unless the link is used, the address is not added.')],
  }),
};

export const knownSignUp: Words['knownSignUp'] = (pages) => ({
  subject: 'This email address is already registered',
  fact: 'A new account with this email address was requested, but it is already registered. Nothing has changed.',
  body: [
    pointer('To log in to the existing account, open this page:', pages.login),
    pointer('If you forgot the password, open this page:', pages.forgotPassword),
  ],
  ifNotYou: [paragraph('Ignore this mail. Your account has not changed.')],
});

export const testMail: Words['testMail'] = (pages) => ({
  subject: 'Test mail',
  fact: 'This is a test mail. Mails from this server reach this address.',
  body: [paragraph('The root user sent it from the settings of the console. There is nothing to do.')],
  ifNotYou: [steps(endSessions(pages), changePassword(pages), cannotLogIn(pages))],
});
