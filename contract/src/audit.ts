import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { EpochMs } from './fields.ts';
import { Question } from './permissions.ts';

/** Answer header with the key of the next page. */
export const nextKeyHeader = 'x-soracom-next-key';

export const getApiAuditLogs = endpoint({
  method: 'GET',
  path: '/v1/audit_logs/api',
  operation: 'AuditLog:getApiAuditLogs',
  headers: ['x-soracom-next-key'],
  traits: ['audit'],
  summary: "The operator's audit log, newest first.",
  query: closed({
    api_kind: Type.Optional(Type.String({ maxLength: 128 })),
    /** Who did it: `root`, `sam:<name>`, `anonymous`, `host:<name>`, `system`. */
    actor: Type.Optional(Type.String({ minLength: 1, maxLength: 160 })),
    /** To whom or what: `root`, `sam:<name>`, `role:<id>`, an AuthKey ID. */
    target: Type.Optional(Type.String({ minLength: 1, maxLength: 160 })),
    outcome: Type.Optional(oneOf('success', 'failure', 'refused')),
    from_epoch_ms: Type.Optional(EpochMs),
    to_epoch_ms: Type.Optional(EpochMs),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    last_evaluated_key: Type.Optional(Type.String({ maxLength: 64 })),
  }),
  status: 200,
  reply: Type.Array(
    closed(
      {
        apiKind: Type.String(),
        operatorId: Type.String(),
        userName: Type.String(),
        remoteIpAddress: Type.String(),
        requestPath: Type.String(),
        requestedTimeEpochMs: EpochMs,
        statusCode: Type.Integer(),
        actor: Type.String(),
        target: Type.String(),
        outcome: oneOf('success', 'failure', 'refused'),
        reason: Type.String(),
        requestId: Type.String(),
        userAgent: Type.String(),
        /** Place in the operator's chain, from 1. */
        sequence: Type.Integer(),
        previousHash: Type.String(),
        hash: Type.String(),
        /** Of a refusal: the body of `User:explainPermission` that asks the same again. */
        question: Type.Optional(closed(Question)),
      },
      'AuditRecord',
    ),
  ),
  errors: ['AUM0001', 'AUM0017'],
});
