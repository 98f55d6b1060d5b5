import type { mfaRequired as ja } from '../ja/mfa-required.ts';

/** Of whom MFA is required, and whom that would touch. */
export const mfaRequired: typeof ja = {
  mfaRequired: {
    title: 'Required MFA',
    leadUser:
      'From a date on, {name} can do nothing but set up MFA until it is enabled. Until then, the user logs in as before and is told the date.',
    leadRole:
      'From a date on, users with this role can do nothing but set up MFA until it is enabled. Until then, they log in as before and are told the date.',
    off: 'Not required',
    planned: 'Required later',
    on: 'Required',
    date: 'Required from',
    others: 'By other rules',
    otherRule: '{rule}: {at}',
    othersHint: 'Where several rules concern a user, the earliest applies.',
    rules: {
      root: 'Root user',
      sam_users: 'All SAM users',
      role: 'Role {name}',
      user: 'Only {name}',
    },
    field: 'Require from',
    fieldHint: 'By the clock of this device. A time in the past requires MFA at once.',
    fieldEmpty: 'Enter a date and a time.',
    set: 'Require MFA',
    move: 'Change the date',
    end: 'Stop requiring MFA',
    endBody:
      'The date is removed. Who has no MFA then logs in with the password alone, unless another rule requires MFA.',
    own: 'This rule concerns you. You can set an earlier date; only another user or the root user can postpone or end it.',
    saved: 'The date was saved.',
    savedOwn: 'The date was saved. You have no MFA yourself: from {at} on, you can only set it up.',
    ended: 'This rule does not require MFA any more.',
    nobody: 'If required now, nobody would have to do anything.',
    enrolling: {
      one: 'If required now, {count} user would have to set up MFA first.',
      other: 'If required now, {count} users would have to set up MFA first.',
    },
    lockedOut: {
      one: 'If required now, {count} user would be locked out.',
      other: 'If required now, {count} users would be locked out.',
    },
    rehearse: 'See who would be affected',
  },
  rehearsal: {
    title: 'Rehearsal: required MFA',
    lead: 'Who would be affected if MFA were required now. Nothing is changed.',
    rule: 'Required of',
    ruleNames: {
      root: 'The root user',
      sam_users: 'All SAM users',
      role: 'Users with a role',
      user: 'One SAM user',
    },
    role: 'Role',
    user: 'SAM user',
    submit: 'Show',
    table: 'Users that would be affected',
    none: 'No user has this role.',
    who: 'User',
    root: 'Root user',
    standing: 'If required now',
    standings: {
      ready: 'No change',
      enrols: 'Sets up MFA first',
      'locked out': 'Locked out',
      'programs only': 'No change',
    },
    why: {
      ready: 'MFA is enabled.',
      enrols: 'After logging in, can do nothing but set up MFA.',
      'locked out': 'Has no valid password, so cannot log in to set up MFA.',
      'programs only': 'Has no password and uses auth keys, for which MFA is not required.',
    },
    givePassword: 'Set a password',
    lastSignIn: 'Last login',
    never: 'Never',
    bound: 'Required as set now',
    notBound: 'Not required',
    helpers: 'Who can help',
    helpersLead:
      'These users can set a password for a SAM user that is locked out. Make sure that at least one of them has MFA by the date.',
    sometimes: 'Under conditions, or after setting up MFA',
    withoutMfa: 'MFA is not enabled',
  },
};
