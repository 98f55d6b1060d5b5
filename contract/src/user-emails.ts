import { Type } from 'typebox';
import { closed, endpoint } from './endpoint.ts';
import { Email, userParams } from './fields.ts';

const path = '/v1/operators/{operator_id}/users/{user_name}/email';
const UserEmail = closed(
  { email: Type.Optional(Type.String()), pendingEmail: Type.Optional(Type.String()) },
  'UserEmail',
);
const denied = ['AUM0001', 'AUM0017'] as const;

export const getUserEmail = endpoint({
  method: 'GET',
  path,
  operation: 'User:getUserEmail',
  own: true,
  traits: ['security management', 'audit'],
  summary: "A SAM user's own email address, and the one that waits for its link to be followed.",
  params: userParams,
  status: 200,
  reply: UserEmail,
  errors: denied,
});

export const updateUserEmail = endpoint({
  method: 'PUT',
  path,
  operation: 'User:updateUserEmail',
  own: true,
  traits: ['security management'],
  summary:
    'Mail a link to a new email address of a SAM user, which takes the place of the one before when it was followed.',
  params: userParams,
  body: closed({ email: Email }),
  status: 202,
  errors: [...denied, 'AUM0003', 'AUM0024', 'AUM0040', 'COM0008'],
  stepUp: true,
  personOnly: true,
});

export const deleteUserEmail = endpoint({
  method: 'DELETE',
  path,
  operation: 'User:deleteUserEmail',
  own: true,
  traits: ['security management'],
  summary: "Remove a SAM user's own email address.",
  params: userParams,
  status: 204,
  errors: [...denied, 'AUM0024', 'AUM0040'],
  stepUp: true,
  personOnly: true,
});

const own = '/v1/console/email';

export const getOwnEmail = endpoint({
  method: 'GET',
  path: own,
  operation: 'Auth:getOwnEmail',
  own: true,
  summary: "The calling SAM user's email address, and the one that waits for its link to be followed.",
  status: 200,
  reply: UserEmail,
  errors: ['AUM0001'],
});

export const updateOwnEmail = endpoint({
  method: 'PUT',
  path: own,
  operation: 'Auth:updateOwnEmail',
  own: true,
  summary: "Mail a link to a new email address of the calling SAM user. The root user's are the operator's.",
  body: closed({ email: Email }),
  status: 202,
  errors: ['AUM0001', 'AUM0003', 'COM0008'],
  stepUp: true,
  personOnly: true,
});

export const deleteOwnEmail = endpoint({
  method: 'DELETE',
  path: own,
  operation: 'Auth:deleteOwnEmail',
  own: true,
  summary: "Remove the calling SAM user's email address.",
  status: 204,
  errors: ['AUM0001'],
  stepUp: true,
  personOnly: true,
});
