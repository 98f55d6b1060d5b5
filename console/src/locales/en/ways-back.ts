import type { waysBack as ja } from '../ja/ways-back.ts';

export const waysBack: typeof ja = {
  waysBack: {
    title: 'If your device is gone tomorrow, how do you get in?',
    titleOther: 'If the device is gone tomorrow, how does this user get in?',
    levels: { alone: 'No help needed', unsure: 'Not certain', help: 'Help needed' },
    own: {
      alone: 'You get in by yourself, even without the device that holds your authenticator app or passkey.',
      unsure:
        'Without the device that holds your authenticator app or passkey you may be locked out. The server cannot know whether what is marked “Not certain” will work.',
      help: 'Without the device that holds your authenticator app or passkey you get in only if somebody helps you.',
      password:
        'MFA is disabled, so the password alone gets you in, whatever device is gone. It does the same for anybody else who has it.',
      noPassword: 'No password is set.',
    },
    other: {
      alone: 'This user gets in by itself, even without the device that holds its authenticator app or passkey.',
      unsure:
        'Without the device that holds its authenticator app or passkey this user may be locked out. The server cannot know whether what is marked “Not certain” will work. Only the user itself can add an app or a passkey.',
      help: 'This user gets in only if somebody helps it. Only the user itself can add an authenticator app or a passkey.',
      password:
        'MFA is disabled, so the password alone gets this user in, whatever device is gone. It does the same for anybody else who has it.',
      noPassword: 'This user cannot log in to the console until a password is set.',
    },
    ways: {
      password: 'The password alone',
      factor: 'Another authenticator app or passkey',
      passkey: 'A passkey alone',
      backupCode: 'A reset with a backup code',
      assistedReset: 'A reset by the user',
      otherUser: 'Help by another user',
      host: 'Help by whoever runs the server',
    },
    open: { yes: 'Available', perhaps: 'Not certain', no: 'Not available' },
    needs: 'Needs {list}.',
    needed: {
      password: 'the password',
      mailbox: 'the mail that comes to the primary address',
      wait: '24 hours of waiting',
      syncedPasskey: 'the passkey that is synced to another device',
      otherDevice: 'the other app or passkey, if it is in another device than the lost one',
      deviceUnlock: 'a PIN or fingerprint',
      backupCode: 'one backup code',
      storedCodes: 'one backup code, if you have stored them (nobody confirmed it)',
      rootUser: 'the root user',
      rootOrSam: 'the root user or a SAM user with the permission',
      starter: 'somebody who may start the reset',
      approver: 'somebody else who approves it',
      hostShell: 'whoever runs the server',
      enrolment: 'setting MFA up right after logging in, which is required',
    },
    noOtherFactor: 'There is no authenticator app or passkey in another device.',
    noPasskey: 'There is no passkey in another device.',
    whyNot: {
      noPassword: 'No password is set.',
      passwordSuspended: 'The password is suspended after too many wrong tries.',
      locked: 'The account is locked.',
      noCodes: 'There are no backup codes.',
      codesFrozen: 'Too many wrong codes were tried, so the backup codes are frozen.',
      nobody: 'Nobody may start a reset.',
    },
    actions: {
      addPasskey: 'Add a passkey',
      enableMfa: 'Set up MFA',
      reviewCodes: 'Review the codes',
      testCode: 'Test a code',
      password: 'Set a password',
      whoCan: 'See who may',
    },
    samTitle: 'If a SAM user loses its device',
    samAlone: 'Every SAM user gets in by itself.',
    samHelp: {
      one: '{count} SAM user gets in only if somebody helps it.',
      other: '{count} SAM users get in only if somebody helps them.',
    },
    samHelpLink: 'Show those who need help',
    samUnsure: {
      one: '{count} SAM user may be locked out.',
      other: '{count} SAM users may be locked out.',
    },
    samUnsureLink: 'Show those who are not certain',
    column: 'If the device is gone',
    filters: { all: 'All', help: 'Help needed', unsure: 'Not certain', alone: 'No help needed' },
    noPassword: 'No password',
  },
};
