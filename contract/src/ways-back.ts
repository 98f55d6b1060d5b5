import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { operatorParams, userParams } from './fields.ts';

// "If the device with my factor is gone tomorrow, how do I get in?"

/**
 * What is left then. `alone`: there is a way that needs nobody else. `unsure`: there may be one, which depends on what the
 * server cannot know. `help`: only somebody else can help.
 */
export const WayBackLevel = oneOf('alone', 'unsure', 'help');

/** A way to get in without the lost device, with what it needs, or why it is closed. */
export const WayBack = closed(
  {
    way: oneOf('password', 'factor', 'passkey', 'backupCode', 'assistedReset', 'otherUser', 'host'),
    /** `perhaps` depends on what the server cannot know, such as where a factor is. */
    open: oneOf('yes', 'perhaps', 'no'),
    needs: Type.Array(
      oneOf(
        'password',
        'mailbox',
        'wait',
        'syncedPasskey',
        'otherDevice',
        'deviceUnlock',
        'backupCode',
        'storedCodes',
        'rootUser',
        'otherUsers',
        'approver',
        'hostShell',
        'enrolment',
      ),
    ),
    whyNot: Type.Optional(
      oneOf(
        'mfaOn',
        'mfaOff',
        'noPassword',
        'passwordSuspended',
        'locked',
        'noOtherFactor',
        'noCodes',
        'codesFrozen',
        'nobody',
      ),
    ),
  },
  'WayBack',
);

const waysBack = closed({ level: WayBackLevel, ways: Type.Array(WayBack) }, 'WaysBack');

export const getWaysBack = endpoint({
  method: 'GET',
  path: '/v1/auth/ways_back',
  operation: 'Auth:getWaysBack',
  own: true,
  summary:
    'How the caller gets in when the device with its factor is gone: each way, what it needs, and why it is closed.',
  status: 200,
  reply: waysBack,
  errors: ['AUM0001'],
  personOnly: true,
});

export const getUserWaysBack = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/users/{user_name}/ways_back',
  operation: 'User:getUserWaysBack',
  own: true,
  traits: ['own MFA', 'security management', 'audit'],
  summary: 'How a SAM user gets in when the device with its factor is gone.',
  params: userParams,
  status: 200,
  reply: waysBack,
  errors: ['AUM0001', 'AUM0017', 'COM0404'],
});

export const listWaysBack = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/ways_back',
  operation: 'User:listWaysBack',
  own: true,
  traits: ['security management', 'audit'],
  summary: 'Whether each SAM user gets in alone when the device with its factor is gone.',
  params: operatorParams,
  status: 200,
  reply: Type.Array(
    closed(
      {
        userName: Type.String(),
        level: WayBackLevel,
        /** It cannot log in at all, device or not, until somebody sets a password. */
        noPassword: Type.Optional(Type.Boolean()),
      },
      'UserWayBackLevel',
    ),
  ),
  errors: ['AUM0001', 'AUM0017'],
});
