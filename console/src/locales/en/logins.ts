import type { logins as ja } from '../ja/logins.ts';

export const logins: typeof ja = {
  logins: {
    title: 'Login history',
    titleOf: 'Login history of {name}',
    lead: 'The logins to this account in the last 90 days. If you do not recognise one, you can act on it here.',
    leadOf: 'The logins as this SAM user in the last 90 days.',
    none: 'There was no login in the last 90 days.',
    tableLabel: 'Logins, newest first',
    time: 'Time',
    result: 'Result',
    method: 'Method',
    ip: 'IP address',
    browser: 'Browser',
    current: 'This session',
    disown: "This wasn't me",
    disownLabel: "This wasn't me: {time}, {ip}",
    disownBody:
      'Set a new password and log out every device and program but this one. The old password will no longer work.',
    disownKeyBody:
      'Set a new password and log out every device and program but this one. The auth key of this login will be deleted.',
    disownSubmit: 'Set password and log out others',
    disowned:
      'A new password was set and every other session was ended. Now check that only your own auth keys are there.',
    disownedKey: 'A new password was set, the auth key was deleted, and every other session was ended.',
  },
  switch: {
    title: 'Switch user',
    lead: 'You can go on as a SAM user whose trust policy lets you, without its password.',
    submit: 'Switch',
    ends: 'The switch ends after an hour. Password, MFA and auth keys cannot be changed. Logging out also logs out the user you switched from.',
    already: 'You have switched already. To switch to another SAM user, switch back first.',
  },
  gate: {
    title: 'Log in to an app',
    prove: 'The page of the app asks you to confirm that it is you.',
    enable: 'The page of the app needs multi-factor authentication. Set it up first.',
    going: 'Going back to the app…',
    refused:
      'This address is not a page of an app that you can log in to from here. If a link brought you here, do not trust it.',
    failed:
      'You are not logged in to the app: it took too long, or the login began in another browser. Open the page of the app again.',
    nothing: 'An app brings you here when you have to log in to it. Open the page of the app.',
    signedOut:
      'You are logged out of the app. Here you are still logged in, so the app would let you in again without asking. To prevent that, log out here too.',
  },
};
