import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { Email, LanguageField, LinkToken, operatorParams, Password } from './fields.ts';
import { RequiredFrom } from './mfa-requirements.ts';

export const getOperator = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}',
  operation: 'Operator:getOperator',
  summary: 'The operator: its description, primary email address and dates.',
  params: operatorParams,
  status: 200,
  reply: closed({
    operatorId: Type.String(),
    rootOperatorId: Type.String(),
    email: Type.String(),
    description: Type.String(),
    createDate: Type.String({ format: 'date-time' }),
    updateDate: Type.String({ format: 'date-time' }),
  }),
  errors: ['AUM0001', 'AUM0017'],
});

export const updateOperatorPassword = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/password',
  operation: 'Operator:updateOperatorPassword',
  headers: ['warifu-receipt'],
  summary: "Change the root user's password. Every other session ends.",
  params: operatorParams,
  body: closed({ currentPassword: Password, newPassword: Password }),
  status: 200,
  errors: ['AUM0001', 'AUM0010', 'AUM0011', 'AUM0016'],
  personOnly: true,
});

export const createOperator = endpoint({
  method: 'POST',
  path: '/v1/operators',
  operation: 'Operator:createOperator',
  summary:
    'Sign up, where the server allows it. A link is mailed; the answer is the same whether the address is known or not.',
  body: closed({ email: Email, password: Password, language: Type.Optional(LanguageField) }),
  status: 200,
  errors: ['AUM0010', 'AUM0014', 'COM0008'],
});

export const verifyOperator = endpoint({
  method: 'POST',
  path: '/v1/operators/verify',
  operation: 'Operator:verifyOperator',
  summary: 'Finish a sign-up with the token of the mailed link.',
  body: closed({ token: LinkToken }),
  status: 200,
  reply: closed({ operatorId: Type.String() }),
  errors: ['AUM0003', 'AUM0012', 'AUM0014'],
});

export const getSetup = endpoint({
  method: 'GET',
  path: '/v1/setup',
  operation: 'Operator:getSetup',
  own: true,
  summary: 'What the sign-in and setup pages need to know about this server.',
  status: 200,
  reply: closed({
    setupDone: Type.Boolean(),
    signUp: oneOf('closed', 'open'),
    passwordMinLength: Type.Integer(),
    mailPreview: Type.Boolean(),
    /** How the host command is typed where this server runs. */
    command: Type.String(),
  }),
});

export const createFirstOperator = endpoint({
  method: 'POST',
  path: '/v1/setup',
  operation: 'Operator:createFirstOperator',
  own: true,
  summary: 'Create the first operator with the one-time link that the first start printed.',
  body: closed({ token: LinkToken, email: Email, password: Password, language: LanguageField }),
  status: 201,
  reply: closed({ operatorId: Type.String() }),
  errors: ['AUM0010', 'AUM0012', 'AUM0013', 'COM0008'],
});

const settings = {
  mfaRequiredForRoot: Type.Boolean(),
  mfaRequiredForSamUsers: Type.Boolean(),
  /** A SAM user's changes may allow nobody what it may not do itself (R57). */
  escalationGuard: Type.Boolean(),
};
/** An assisted reset of MFA needs the approval of a second person. */
const secondPersonForResets = Type.Boolean();
/** For a day after a reset of its MFA a user, the root user included, changes nothing that would let somebody stay. */
const quarantineAfterReset = Type.Boolean();
/** From when on a switch binds that is on; on without one binds at once, or as it did. */
const dates = {
  mfaRequiredForRootFrom: Type.Optional(RequiredFrom),
  mfaRequiredForSamUsersFrom: Type.Optional(RequiredFrom),
};
const Settings = closed({ ...settings, ...dates, secondPersonForResets, quarantineAfterReset }, 'Settings');
/** What came later may be left out: it stays as it is. */
const NewSettings = closed({
  ...settings,
  ...dates,
  secondPersonForResets: Type.Optional(secondPersonForResets),
  quarantineAfterReset: Type.Optional(quarantineAfterReset),
});

export const getSettings = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/settings',
  operation: 'Operator:getSettings',
  own: true,
  summary: 'Who must use MFA, whether the escalation guard is on, and whether an assisted reset needs a second person.',
  params: operatorParams,
  status: 200,
  reply: Settings,
  errors: ['AUM0001', 'AUM0017'],
});

export const updateSettings = endpoint({
  method: 'PUT',
  path: '/v1/operators/{operator_id}/settings',
  operation: 'Operator:updateSettings',
  own: true,
  summary:
    'Set who must use MFA, whether the escalation guard is on, and whether an assisted reset needs a second person. Root user only.',
  params: operatorParams,
  body: NewSettings,
  status: 204,
  errors: ['AUM0001', 'AUM0016'],
  stepUp: true,
  personOnly: true,
});
