import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { Email, EpochSeconds, LinkToken, operatorParams, Password } from './fields.ts';

const EmailInfo = closed(
  {
    emailId: Type.String(),
    email: Type.String(),
    verified: Type.Boolean(),
    createDateTime: EpochSeconds,
    updateDateTime: EpochSeconds,
  },
  'Email',
);
const NotificationType = oneOf('primary', 'recovery', 'billing', 'support');
const SystemNotification = closed(
  {
    type: NotificationType,
    emailIdList: Type.Array(Type.String()),
    updateDateTime: EpochSeconds,
  },
  'SystemNotification',
);
const emailParams = closed({ ...operatorParams.properties, email_id: Type.String({ maxLength: 64 }) });
const typeParams = closed({ ...operatorParams.properties, type: NotificationType });
const rootOnly = ['AUM0001', 'AUM0016'] as const;

export const issueAddEmailToken = endpoint({
  method: 'POST',
  path: '/v1/operators/add_email_token/issue',
  operation: 'Email:issueAddEmailToken',
  summary: 'Mail a link to a new address of the operator. The address is used only once that link was followed.',
  body: closed({ email: Email, password: Password }),
  status: 200,
  errors: [...rootOnly, 'AUM0003', 'AUM0011', 'COM0008'],
  personOnly: true,
});

export const verifyAddEmailToken = endpoint({
  method: 'POST',
  path: '/v1/operators/add_email_token/verify',
  operation: 'Email:verifyAddEmailToken',
  summary: 'Verify a new address with the token of the mailed link.',
  body: closed({ token: LinkToken }),
  status: 200,
  errors: ['AUM0012'],
});

export const listEmails = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/emails',
  operation: 'Email:listEmails',
  summary: "The operator's email addresses.",
  params: operatorParams,
  status: 200,
  reply: Type.Array(EmailInfo),
  errors: ['AUM0001', 'AUM0052'],
});

export const getEmail = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/emails/{email_id}',
  operation: 'Email:getEmail',
  summary: 'One email address.',
  params: emailParams,
  status: 200,
  reply: EmailInfo,
  errors: rootOnly,
});

export const deleteEmail = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/emails/{email_id}',
  operation: 'Email:deleteEmail',
  summary: 'Delete an email address that is not the primary one.',
  params: emailParams,
  status: 204,
  errors: [...rootOnly, 'AUM0036'],
  stepUp: true,
  personOnly: true,
});

export const resendAddEmailToken = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/emails/{email_id}/resend',
  operation: 'Email:resendAddEmailToken',
  own: true,
  summary: 'Mail a new link to an address that is not verified yet; the one before is dead.',
  params: emailParams,
  status: 204,
  errors: [...rootOnly, 'AUM0003'],
  personOnly: true,
});

export const listSystemNotifications = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/system_notifications',
  operation: 'SystemNotification:listSystemNotifications',
  summary: 'Which addresses serve which purpose.',
  params: operatorParams,
  status: 200,
  reply: Type.Array(SystemNotification),
  errors: rootOnly,
});

export const getSystemNotification = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/system_notifications/{type}',
  operation: 'SystemNotification:getSystemNotification',
  summary: 'The addresses of one purpose.',
  params: typeParams,
  status: 200,
  reply: SystemNotification,
  errors: rootOnly,
});

export const setSystemNotification = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/system_notifications/{type}',
  operation: 'SystemNotification:setSystemNotification',
  summary: 'Set the addresses of one purpose. `primary` needs the password and exactly one address.',
  params: typeParams,
  body: closed({
    emailIdList: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 20 }),
    password: Type.Optional(Password),
  }),
  status: 200,
  reply: SystemNotification,
  errors: [...rootOnly, 'AUM0003', 'AUM0011', 'AUM0037'],
  personOnly: true,
});

export const deleteSystemNotification = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/system_notifications/{type}',
  operation: 'SystemNotification:deleteSystemNotification',
  summary: 'Clear the addresses of one purpose; `primary` cannot be cleared.',
  params: typeParams,
  status: 204,
  errors: [...rootOnly, 'AUM0036'],
  personOnly: true,
});
