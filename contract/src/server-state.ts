import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { EpochMs, operatorParams } from './fields.ts';

/** How the newest mails of an operator fared. */
export const MailState = closed({
  /** Whether mails are sent; otherwise they are kept for who runs the server. */
  smtp: Type.Boolean(),
  waiting: Type.Integer(),
  oldestWaitingAt: Type.Optional(EpochMs),
  lastSentAt: Type.Optional(EpochMs),
  lastFailedAt: Type.Optional(EpochMs),
  /** `SERVER`, `DEFERRED`, `REJECTED` or `UNANSWERED`, and an SMTP reply code or error code; never a server's words. */
  lastError: Type.Optional(Type.String()),
});

export const getServerState = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/server',
  operation: 'Operator:getServerState',
  own: true,
  summary:
    "The server that runs this: its version and how this operator's mails fare; its database and last backup where sign-up is closed.",
  params: operatorParams,
  status: 200,
  reply: closed({
    version: Type.String(),
    mail: MailState,
    /** Left out where strangers may sign up. */
    host: Type.Optional(
      closed({
        database: closed({ engine: oneOf('sqlite', 'postgresql'), version: Type.String() }),
        lastBackupAt: Type.Optional(EpochMs),
      }),
    ),
  }),
  errors: ['AUM0001', 'AUM0016'],
});

export const sendTestMail = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/server/test_mail',
  operation: 'Operator:sendTestMail',
  own: true,
  summary:
    'Send a mail to a verified address of the operator now, past the queue, and tell what the mail server answered. A few times an hour.',
  params: operatorParams,
  body: closed({ emailId: Type.String({ maxLength: 64 }) }),
  status: 200,
  reply: closed({
    /** `accepted` by the mail server, which may still not deliver it; `failed`; `kept`, where no mail server is set. */
    result: oneOf('accepted', 'failed', 'kept'),
    /** As `lastError`. */
    error: Type.Optional(Type.String()),
  }),
  errors: ['AUM0001', 'AUM0016', 'AUM0037'],
  personOnly: true,
});
