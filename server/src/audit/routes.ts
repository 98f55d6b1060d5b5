import { getApiAuditLogs, nextKeyHeader } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { permitted } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { questionOf } from './question.ts';
import { searchAuditLog } from './search.ts';

/** The operator's audit log. */
export function registerAuditRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getApiAuditLogs, permitted(), async ({ caller, query, reply }) => {
    const page = await searchAuditLog(ctx.db, caller.operatorId, {
      apiKind: query.api_kind,
      actor: query.actor,
      target: query.target,
      outcome: query.outcome,
      from: query.from_epoch_ms,
      to: query.to_epoch_ms,
      limit: query.limit ?? 100,
      before: query.last_evaluated_key,
    });
    if (page.nextKey) reply.header(nextKeyHeader, page.nextKey);
    return page.rows.map((row) => ({
      apiKind: row.api_kind,
      operatorId: row.operator_id,
      userName: row.user_name,
      remoteIpAddress: row.source_ip,
      requestPath: row.path,
      requestedTimeEpochMs: row.at,
      statusCode: row.status_code,
      actor: row.actor,
      target: row.target,
      outcome: row.outcome,
      reason: row.reason,
      requestId: row.request_id,
      userAgent: row.user_agent,
      sequence: row.sequence,
      previousHash: row.previous_hash,
      hash: row.hash,
      ...questionOf(row),
    }));
  });
}
