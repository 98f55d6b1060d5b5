import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { EpochMs, LinkToken, Password, TypedUserName, userParams } from './fields.ts';

const user = '/v1/operators/{operator_id}/users/{user_name}';
const denied = ['AUM0001', 'AUM0017'] as const;
const HandOver = oneOf('mail', 'code');

/** The reset of a SAM user's MFA that somebody else started and the user has not finished yet. */
export const AssistedReset = closed(
  {
    kind: oneOf('assisted'),
    caseId: Type.String(),
    userName: Type.String(),
    /** `root`, or the name of a SAM user. */
    startedBy: Type.String(),
    reason: Type.String(),
    handOver: HandOver,
    askedAt: EpochMs,
    /** The user can finish it until then; while it awaits approval, it can be approved until then. */
    dueAt: EpochMs,
    awaitsApproval: Type.Boolean(),
    approvedBy: Type.Optional(Type.String()),
  },
  'AssistedReset',
);

export const startUserMFAReset = endpoint({
  method: 'POST',
  path: `${user}/mfa/reset`,
  operation: 'User:startUserMFAReset',
  own: true,
  traits: ['security management'],
  summary:
    "Start the reset of a SAM user's MFA, which the user finishes with its own password and a mailed link, or a code that is shown in this answer only.",
  params: userParams,
  body: closed({
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why; it is mailed and stays on record' }),
    /** By mail when the user has an address, when left out. */
    handOver: Type.Optional(HandOver),
  }),
  status: 201,
  reply: closed({
    caseId: Type.String(),
    handOver: HandOver,
    dueAt: EpochMs,
    awaitsApproval: Type.Boolean(),
    code: Type.Optional(Type.String()),
  }),
  errors: [...denied, 'MFA0005', 'MFA0030', 'MFA0031', 'MFA0033', 'MFA0034', 'MFA0035'],
  stepUp: true,
  personOnly: true,
});

export const approveUserMFAReset = endpoint({
  method: 'POST',
  path: `${user}/mfa/reset/approval`,
  operation: 'User:approveUserMFAReset',
  own: true,
  traits: ['security management'],
  summary:
    "Approve the reset of a SAM user's MFA that somebody else started, where the settings ask for a second person.",
  params: userParams,
  body: closed({ caseId: Type.String({ minLength: 1, maxLength: 64 }) }),
  status: 204,
  errors: [...denied, 'MFA0030', 'MFA0031', 'MFA0033', 'MFA0034'],
  stepUp: true,
  personOnly: true,
});

export const stopUserMFAReset = endpoint({
  method: 'DELETE',
  path: `${user}/mfa/reset`,
  operation: 'User:stopUserMFAReset',
  own: true,
  summary: "Stop the reset of a SAM user's MFA: as the root user, as who started it, or as the user itself.",
  params: userParams,
  status: 204,
  errors: ['AUM0001'],
  personOnly: true,
});

export const finishUserMFAReset = endpoint({
  method: 'POST',
  path: '/v1/operators/user_mfa_reset/finish',
  operation: 'User:finishUserMFAReset',
  own: true,
  headers: ['warifu-receipt'],
  summary:
    "Finish the reset of a SAM user's MFA with its password and the mailed link's token or the code. Signs nobody in.",
  body: closed({
    operatorId: Type.String({ maxLength: 64 }),
    userName: TypedUserName,
    password: Password,
    token: Type.Optional(LinkToken),
    code: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Ten characters, in any case; dashes, spaces and invisible marks between them do not count',
      }),
    ),
  }),
  status: 200,
  errors: ['MFA0032'],
});
