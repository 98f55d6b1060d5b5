import { limits } from '../../../limits.ts';
import { type Block, type Pages, type Pointer, paragraph, pointer, steps, type Words } from '../letter.ts';
import { samFactorNotice, samOtherHost } from './factor-notices.ts';
import { samResetNotices } from './sam-reset-notices.ts';
import { cannotLogIn, readAuditLog, setUserPassword, stepOf } from './steps.ts';

const unchanged = paragraph("This user's password, permissions and auth keys have not changed.");
const passwordIsKnown = (pages: Pages, userName: string, suspicion: string): Block[] => [
  paragraph(
    `Ask the person who uses this SAM user. If that person did not expect it either, ${suspicion} Do this, in this order:`,
  ),
  steps(setUserPassword(pages, userName), readAuditLog(pages), cannotLogIn(pages)),
];

/** For changes that the root user can make as well. */
const ifRootDidIt = (pages: Pages): readonly Pointer[] => [
  { text: 'If the root user did it, end every session that you do not recognise:', page: pages.sessions },
  { text: "Then change the root user's password:", page: pages.password },
];

/** Notices about a SAM user, in English; the root user reads them. */
export const samNotices: Words['samNotices'] = {
  factor_added: (pages, userName, { kind }) => samFactorNotice('added', pages, userName, kind),
  factor_replaced: (pages, userName) => samFactorNotice('replaced', pages, userName),
  factor_removed: (pages, userName, { kind }) => samFactorNotice('removed', pages, userName, kind),
  passkey_copied: (pages, userName) => samFactorNotice('copied', pages, userName),
  passkeys_other_host: samOtherHost,
  sam_mfa_enabled: (pages, userName, { kind }) => ({
    subject: `Multi-factor authentication of SAM user ${userName} was enabled`,
    fact: `Multi-factor authentication was enabled for SAM user ${userName}.`,
    body: [
      paragraph(
        kind === 'passkey'
          ? 'From the next login on, this user needs a passkey.'
          : 'From the next login on, this user needs a verification code from the authenticator app.',
      ),
      pointer(
        kind === 'passkey'
          ? 'SAM users have no backup codes. If this user loses the passkey, multi-factor authentication can be disabled on this page:'
          : 'SAM users have no backup codes. If this user loses the authenticator app, multi-factor authentication can be disabled on this page:',
        pages.user(userName),
      ),
      unchanged,
    ],
    ifNotYou: [
      paragraph(
        `Ask the person who uses this SAM user. If that person did not expect it either, ${kind === 'passkey' ? 'a passkey' : 'an authenticator app'} of someone else may have been registered. Do this, in this order:`,
      ),
      steps(
        setUserPassword(pages, userName),
        { text: 'On the same page, disable multi-factor authentication.' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  sam_mfa_disabled: (pages, userName) => ({
    subject: `Multi-factor authentication of SAM user ${userName} was disabled`,
    fact: `Multi-factor authentication was disabled for SAM user ${userName}.`,
    body: [paragraph('From now on the password alone is enough for this user to log in.'), unchanged],
    ifNotYou: [
      paragraph(
        'It can be done by the root user, and by SAM users that have the permission User:revokeUserMFA. Do this, in this order:',
      ),
      steps(
        { text: 'Log in and check in the audit log who did it:', page: pages.auditLog },
        {
          text: 'Set a new password for this SAM user, and have multi-factor authentication enabled again:',
          page: pages.user(userName),
        },
        {
          text: 'Check which SAM users have the permission, and take it from those that do not need it:',
          page: pages.users,
        },
        ...ifRootDidIt(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  ...samResetNotices,
  trust_policy_changed: (pages, userName) => ({
    subject: `The trust policy of SAM user ${userName} was changed`,
    fact: `The trust policy of SAM user ${userName} was changed.`,
    body: [
      paragraph(
        'The trust policy names who may switch to this SAM user without its password. Whoever switches to it may do what this user may do.',
      ),
      pointer('The trust policy is on this page:', pages.user(userName)),
      unchanged,
    ],
    ifNotYou: [
      paragraph('Someone else may have done it. Do this, in this order:'),
      steps(
        {
          text: 'Log in and remove everyone from the trust policy who must not switch to this user:',
          page: pages.user(userName),
        },
        readAuditLog(pages),
        ...ifRootDidIt(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  auth_key_created: (pages, userName) => ({
    subject: `An auth key was created for SAM user ${userName}`,
    fact: `An auth key was created for SAM user ${userName}.`,
    body: [
      paragraph(
        'Whoever has the auth key and its secret can use the API as this SAM user, without the password and without multi-factor authentication.',
      ),
      pointer('It works until it is deleted. Auth keys can be deleted on this page:', pages.user(userName)),
      paragraph("This user's password, multi-factor authentication and permissions have not changed."),
    ],
    ifNotYou: [
      paragraph(
        'Ask the person who uses this SAM user. If that person did not expect it either, do this, in this order:',
      ),
      steps(
        { text: 'Log in and delete the auth key:', page: pages.user(userName) },
        { text: 'On the same page, set a new password for this SAM user. That ends its sessions.' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_changed: (pages, userName) => ({
    subject: `The password of SAM user ${userName} was changed`,
    fact: `The password of SAM user ${userName} was set, changed or removed.`,
    body: [paragraph("This user's multi-factor authentication, permissions and auth keys have not changed.")],
    ifNotYou: passwordIsKnown(pages, userName, 'someone else may be able to log in as this SAM user.'),
  }),
  sign_in_new_source: (pages, userName) => ({
    subject: `Login of SAM user ${userName} from a new IP address`,
    fact: `SAM user ${userName} logged in from an IP address that was not used recently.`,
    body: [],
    ifNotYou: passwordIsKnown(pages, userName, 'someone else may be logged in as this SAM user.'),
  }),
  sign_in_new_device: (pages, userName) => ({
    subject: `Login of SAM user ${userName} from a new device`,
    fact: `SAM user ${userName} logged in with a browser that has not logged in as this user before.`,
    body: [
      paragraph('A browser whose cookies were cleared counts as a new one.'),
      paragraph('Further logins of this user from new places within 24 hours are in its login history only.'),
    ],
    ifNotYou: passwordIsKnown(pages, userName, 'someone else may be logged in as this SAM user.'),
  }),
  sign_in_disowned: (pages, userName) => ({
    subject: `SAM user ${userName} reported a login as not its own`,
    fact: `In the login history of SAM user ${userName}, a login was reported with "This wasn't me", and a new password was set.`,
    body: [
      paragraph('Every other session of this user was ended.'),
      paragraph(
        'If the login was made with an auth key, that auth key was deleted. Multi-factor authentication, permissions and trust policy have not changed.',
      ),
    ],
    ifNotYou: passwordIsKnown(pages, userName, 'someone else may know the password of this SAM user.'),
  }),
  sign_in_code_failed: (pages, userName, { kind }) => ({
    subject: `A login of SAM user ${userName} stopped at ${stepOf(kind)}`,
    fact: `The right password of SAM user ${userName} was entered, but the login stopped at ${stepOf(kind)}. Nobody was logged in.`,
    body: [
      pointer(
        kind === 'passkey'
          ? 'If this user has lost the passkey, multi-factor authentication can be disabled on this page:'
          : 'If this user has lost the authenticator app, multi-factor authentication can be disabled on this page:',
        pages.user(userName),
      ),
    ],
    ifNotYou: passwordIsKnown(pages, userName, 'someone else knows the password.'),
  }),
  sign_in_after_failures: (pages, userName) => ({
    subject: `The right password of SAM user ${userName} after failed attempts`,
    fact: `After ${limits.login.noticeAfterFailures} or more wrong passwords in a row, the right password of SAM user ${userName} was entered.`,
    body: [],
    ifNotYou: passwordIsKnown(pages, userName, 'someone else may know the password.'),
  }),
  session_ended: (pages, userName) => ({
    subject: `A session of SAM user ${userName} was ended after wrong passwords`,
    fact: `Inside a session of SAM user ${userName}, a wrong password was entered ${limits.session.wrongPasswords} times in a row. That session was ended.`,
    body: [paragraph("This user's password, multi-factor authentication and other sessions have not changed.")],
    ifNotYou: [
      paragraph('Someone else may have used a session of this SAM user. Do this, in this order:'),
      steps(
        { text: "Change this user's password, which also ends its sessions:", page: pages.user(userName) },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  password_suspended: (pages, userName) => ({
    subject: `The password of SAM user ${userName} no longer works`,
    fact: `Wrong passwords were entered ${limits.login.accountCap} times in a row, so the current password of SAM user ${userName} was suspended.`,
    body: [
      pointer('For this user to be able to log in again, set a new password on this page:', pages.user(userName)),
      paragraph("This user's sessions, multi-factor authentication, permissions and auth keys have not changed."),
    ],
    ifNotYou: [
      paragraph('Someone else may have tried to guess the password. Do this, in this order:'),
      steps(
        { text: 'On the page above, set a password that is used nowhere else.' },
        { text: 'Have multi-factor authentication enabled for this SAM user.' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
  mfa_suspended: (pages, userName) => ({
    subject: `Verification codes of SAM user ${userName} no longer work`,
    fact: `Wrong verification codes were entered ${limits.otp.accountCap} times in a row, so the authenticator app of SAM user ${userName} was suspended.`,
    body: [
      paragraph('Multi-factor authentication stays on. A verification code no longer opens a login.'),
      pointer(
        'For this user to be able to log in again, disable multi-factor authentication on this page and have it enabled again:',
        pages.user(userName),
      ),
      unchanged,
    ],
    ifNotYou: [
      paragraph("Someone else may know this user's password. Do this, in this order:"),
      steps(
        setUserPassword(pages, userName),
        { text: 'Then, on the same page, disable multi-factor authentication and have it enabled again.' },
        readAuditLog(pages),
        cannotLogIn(pages),
      ),
    ],
  }),
};
