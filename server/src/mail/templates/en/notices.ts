import { limits } from '../../../limits.ts';
import { type Block, holdHours, type Pages, paragraph, pointer, steps, type Words } from '../letter.ts';
import { emailAdded, emailRemoved, primaryEmailChanged } from './email-notices.ts';
import { factorNotice, otherHost } from './factor-notices.ts';
import { databaseRestored, overrideDone, overrideRequested } from './host-notices.ts';
import { accountLocked, lockNow } from './lock.ts';
import { resetCancelled, resetDone, resetRequested } from './reset-notices.ts';
import { cannotLogIn, changePassword, disownSignIn, endSessions, stepOf } from './steps.ts';

const unchanged = paragraph('The password, the SAM users and the auth keys have not changed.');
const mfaStays = paragraph('Multi-factor authentication, the SAM users and the auth keys have not changed.');
const codesReplaced =
  'Multi-factor authentication stays on. The password, the SAM users and the auth keys have not changed.';
const disownIfNotYou = (pages: Pages): Block[] => [
  paragraph('Someone else may be logged in. Do this, in this order:'),
  steps(disownSignIn(pages), { text: 'Check the auth keys:', page: pages.keys }, cannotLogIn(pages)),
];
const changeIfNotYou = (pages: Pages): Block[] => [
  paragraph('Someone else may have done it. Do this, in this order:'),
  steps(endSessions(pages), changePassword(pages), cannotLogIn(pages)),
];

/** Notices of security changes, in English. */
export const notices: Words['notices'] = {
  operator_created: (pages) => ({
    subject: 'Your account was created',
    fact: 'An operator was created, and this became its primary email address.',
    body: [pointer('We recommend that you log in and enable multi-factor authentication:', pages.mfa)],
    ifNotYou: [
      paragraph('Someone else may have created an account with this email address.'),
      steps({ text: 'Set a new password on this page:', page: pages.forgotPassword }, cannotLogIn(pages)),
    ],
  }),
  mfa_enabled: (pages, { kind }) => ({
    subject: 'Multi-factor authentication was enabled',
    fact: 'Multi-factor authentication was enabled for the root user.',
    body: [
      paragraph(
        kind === 'passkey'
          ? 'From the next login on, a passkey is needed after the password. A passkey with a PIN or a fingerprint also works alone.'
          : 'From the next login on, a verification code from the authenticator app is needed after the password.',
      ),
      paragraph('The backup codes are needed to reset multi-factor authentication. Keep them in a safe place.'),
      unchanged,
    ],
    ifNotYou: changeIfNotYou(pages),
  }),
  mfa_disabled: (pages) => ({
    subject: 'Multi-factor authentication was disabled',
    fact: 'Multi-factor authentication was disabled for the root user.',
    body: [
      paragraph('From now on the password alone is enough to log in. The backup codes no longer work.'),
      unchanged,
    ],
    ifNotYou: [
      paragraph('Someone else may have done it. Do this, in this order:'),
      steps(
        endSessions(pages),
        changePassword(pages),
        { text: 'Enable multi-factor authentication again:', page: pages.mfa },
        cannotLogIn(pages),
      ),
    ],
  }),
  factor_added: (pages, { kind }) => factorNotice('added', pages, kind),
  factor_replaced: (pages) => factorNotice('replaced', pages),
  factor_removed: (pages, { kind }) => factorNotice('removed', pages, kind),
  passkey_copied: (pages) => factorNotice('copied', pages),
  passkeys_other_host: otherHost,
  host_override_requested: overrideRequested,
  host_override_done: overrideDone,
  database_restored: databaseRestored,
  mfa_reset_requested: resetRequested,
  mfa_reset_cancelled: resetCancelled,
  mfa_reset_done: resetDone,
  backup_codes_renewed: (pages) => ({
    subject: 'New backup codes were generated',
    fact: 'New backup codes were generated for the root user.',
    body: [
      paragraph('The old backup codes no longer work. Keep the new ones in a safe place.'),
      paragraph(codesReplaced),
    ],
    ifNotYou: changeIfNotYou(pages),
  }),
  backup_codes_frozen: (pages) => ({
    subject: 'The backup codes no longer work',
    fact: `Wrong backup codes were entered ${limits.codes.guessesPerSet} times, so the root user's backup codes were frozen.`,
    body: [
      paragraph(
        'The current backup codes can no longer reset multi-factor authentication. Neither a verification code nor a passkey is enough to replace them.',
      ),
      pointer(
        'To get new backup codes, log in, disable multi-factor authentication with the password and enable it again on this page:',
        pages.mfa,
      ),
      paragraph(codesReplaced),
    ],
    ifNotYou: [
      paragraph('Whoever entered the codes may know the password and read your mail. Do this, in this order:'),
      steps(
        changePassword(pages),
        { text: 'Change the password of your mail account, too.' },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_changed: (pages) => ({
    subject: 'The password was changed',
    fact: "The root user's password was changed.",
    body: [mfaStays],
    ifNotYou: [
      paragraph('Someone else may have done it. Do this, in this order:'),
      steps(
        { text: 'Set a new password on this page:', page: pages.forgotPassword },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_reset: (pages, { cancelLink }) => ({
    subject: 'The password was reset',
    fact: "The root user's password was reset through a mailed link.",
    body: [
      paragraph(
        'Multi-factor authentication was not removed: if it is on, the next login still asks for a code or a passkey.',
      ),
      paragraph(`For ${holdHours} hours from this change, multi-factor authentication cannot be reset by mail.`),
      paragraph('The SAM users and the auth keys have not changed.'),
    ],
    ifNotYou: cancelLink
      ? lockNow(pages, cancelLink)
      : [
          paragraph('Someone else may be able to read the mail of the primary email address. Do this, in this order:'),
          steps(
            { text: 'Change the password of your mail account.' },
            { text: 'Set a new password on this page:', page: pages.forgotPassword },
            endSessions(pages),
            cannotLogIn(pages),
          ),
        ],
  }),
  sign_in_new_source: (pages) => ({
    subject: 'Login from a new IP address',
    fact: 'The root user logged in from an IP address that was not used recently.',
    body: [],
    ifNotYou: disownIfNotYou(pages),
  }),
  sign_in_new_device: (pages) => ({
    subject: 'Login from a new device',
    fact: 'The root user logged in with a browser that has not logged in to this account before.',
    body: [paragraph('A browser whose cookies were cleared counts as a new one.')],
    ifNotYou: disownIfNotYou(pages),
  }),
  sign_in_disowned: (pages) => ({
    subject: 'A login was reported as not yours',
    fact: 'In the login history of the root user, a login was reported with "This wasn\'t me", and a new password was set.',
    body: [
      paragraph('Every other session was ended, and mailed links no longer work.'),
      paragraph(
        'If the login was made with an auth key, that auth key was deleted. Multi-factor authentication and the SAM users have not changed.',
      ),
      pointer('Check on this page that only your own auth keys are there:', pages.keys),
    ],
    ifNotYou: [
      paragraph('Whoever did it knew the old password. Do this, in this order:'),
      steps(
        { text: 'Set a new password on this page:', page: pages.forgotPassword },
        endSessions(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  sign_in_code_failed: (pages, { kind }) => ({
    subject: `A login stopped at ${stepOf(kind)}`,
    fact: `The right password was entered, but the login stopped at ${stepOf(kind)}. Nobody was logged in.`,
    body: [],
    ifNotYou: [
      paragraph('Someone else knows the password. Do this, in this order:'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  }),
  sign_in_after_failures: (pages) => ({
    subject: 'The right password after failed attempts',
    fact: `After ${limits.login.noticeAfterFailures} or more wrong passwords in a row, the root user's right password was entered.`,
    body: [],
    ifNotYou: [
      paragraph('Someone else may know the password. Do this, in this order:'),
      steps(changePassword(pages), endSessions(pages), cannotLogIn(pages)),
    ],
  }),
  session_ended: (pages) => ({
    subject: 'A session was ended after wrong passwords',
    fact: `Inside a session of the root user, a wrong password was entered ${limits.session.wrongPasswords} times in a row. That session was ended.`,
    body: [paragraph('The password, multi-factor authentication and all other sessions have not changed.')],
    ifNotYou: [
      paragraph('Someone else may have used a session of yours. Do this, in this order:'),
      steps(endSessions(pages), changePassword(pages), cannotLogIn(pages)),
    ],
  }),
  password_suspended: (pages) => ({
    subject: 'The password no longer works',
    fact: `Wrong passwords were entered ${limits.login.accountCap} times in a row, so the root user's current password was suspended.`,
    body: [
      pointer('To be able to log in again, set a new password on this page:', pages.forgotPassword),
      paragraph('Sessions, multi-factor authentication, the SAM users and the auth keys have not changed.'),
    ],
    ifNotYou: [
      paragraph('Someone else may have tried to guess the password. Do this, in this order:'),
      steps(
        { text: 'On the page above, set a password that you use nowhere else.' },
        { text: 'Enable multi-factor authentication:', page: pages.mfa },
        cannotLogIn(pages),
      ),
    ],
  }),
  mfa_suspended: (pages) => ({
    subject: 'Verification codes no longer work',
    fact: `Wrong verification codes were entered ${limits.otp.accountCap} times in a row, so the root user's authenticator app was suspended.`,
    body: [
      paragraph('Multi-factor authentication stays on. A verification code no longer opens a login.'),
      pointer(
        'To be able to log in again, take a backup code and reset multi-factor authentication on this page:',
        pages.resetMfa,
      ),
      unchanged,
    ],
    ifNotYou: [
      paragraph('Someone else knows the password. Do this, in this order:'),
      steps(
        { text: 'Reset multi-factor authentication on the page above and log in.' },
        changePassword(pages),
        { text: 'Enable multi-factor authentication again:', page: pages.mfa },
        cannotLogIn(pages),
      ),
      paragraph(
        `A password reset by mail blocks the reset of multi-factor authentication for ${holdHours} hours: reset multi-factor authentication first.`,
      ),
    ],
  }),
  auth_key_created: (pages) => ({
    subject: 'An auth key was created for the root user',
    fact: 'An auth key was created for the root user.',
    body: [
      paragraph(
        'Whoever has the auth key and its secret can use the API as the root user, without the password and without multi-factor authentication.',
      ),
      pointer('It works until it is deleted. Auth keys can be deleted on this page:', pages.keys),
      paragraph('The password, multi-factor authentication and the SAM users have not changed.'),
    ],
    ifNotYou: [
      paragraph('Someone else may be logged in. Do this, in this order:'),
      steps(
        { text: 'Log in and delete the auth key:', page: pages.keys },
        endSessions(pages),
        changePassword(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  email_added: emailAdded,
  email_removed: emailRemoved,
  primary_email_changed: primaryEmailChanged,
  account_locked: accountLocked,
};
