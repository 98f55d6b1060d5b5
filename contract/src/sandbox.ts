import { Type } from 'typebox';
import { closed, endpoint } from './endpoint.ts';
import { AuthReply, Email, operatorParams, Password } from './fields.ts';

// Operations of the reference for people who test clients; served only with WARIFU_SANDBOX=1, so they are not among
// `endpoints`. They ask for an AuthKey of a real account, which there is none of here: it is not looked at.

const Unused = Type.String({ maxLength: 256 });

export const sandboxInitializeOperator = endpoint({
  method: 'POST',
  path: '/v1/sandbox/init',
  operation: 'Sandbox:sandboxInitializeOperator',
  summary: 'Create an operator whose address counts as verified, and sign its root user in.',
  body: closed({ email: Email, password: Password, authKeyId: Unused, authKey: Unused }),
  status: 201,
  reply: AuthReply,
  errors: ['AUM0002', 'AUM0003', 'AUM0010', 'COM0008'],
});

export const sandboxGetSignupToken = endpoint({
  method: 'POST',
  path: '/v1/sandbox/operators/token/{email}',
  operation: 'Sandbox:sandboxGetSignupToken',
  summary: 'The token that finishes a sign-up, without the mail.',
  params: closed({ email: Email }),
  body: closed({ authKeyId: Type.Optional(Unused), authKey: Type.Optional(Unused) }),
  status: 200,
  reply: closed({ token: Type.String() }),
  errors: ['AUM0053', 'COM0008'],
});

export const sandboxDeleteOperator = endpoint({
  method: 'DELETE',
  path: '/v1/sandbox/operators/{operator_id}',
  operation: 'Sandbox:sandboxDeleteOperator',
  summary: "Delete the caller's operator with all that is its own. The audit log keeps what happened.",
  params: operatorParams,
  status: 200,
  errors: ['AUM0001', 'AUM0016'],
});
