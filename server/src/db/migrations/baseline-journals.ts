import { bigint, instant, instantOrNull, integer, operator, type Table, text, textOrNull } from './baseline-columns.ts';

/** What waits to be done or sent, and what was done. */
export const journalTables: Readonly<Record<string, Table>> = {
  deferred_requests: {
    key: ['request_id'],
    columns: { request_id: text, kind: text, payload: text, created_at: instant, claimed_until: instant },
    index: [['created_at']],
  },
  outbox: {
    key: ['operator_id', 'mail_id'],
    columns: {
      operator_id: text,
      mail_id: text,
      template: text,
      recipient: text,
      content: text,
      message_id: text,
      created_at: instant,
      not_after: instant,
      next_attempt_at: instant,
      attempts: integer,
      claimed_until: instant,
      sent_at: instantOrNull,
      dropped_at: instantOrNull,
      last_error: text,
      gathers: textOrNull,
    },
    unique: [['operator_id', 'recipient', 'gathers']],
    index: [
      ['sent_at', 'dropped_at', 'next_attempt_at'],
      ['operator_id', 'created_at'],
    ],
  },
  audit_log: {
    key: ['operator_id', 'sequence'],
    columns: {
      operator_id: text,
      sequence: bigint,
      at: instant,
      api_kind: text,
      user_name: text,
      actor: text,
      target: text,
      outcome: text,
      reason: text,
      status_code: integer,
      method: text,
      path: text,
      source_ip: text,
      user_agent: text,
      request_id: text,
      detail: text,
      previous_hash: text,
      hash: text,
    },
    // What one user did by one operation, newest first.
    index: [['operator_id', 'user_name', 'api_kind', 'sequence']],
  },
  audit_heads: {
    key: operator,
    columns: {
      operator_id: text,
      sequence: bigint,
      hash: text,
      at: instant,
      first_at: instant,
      pruned_sequence: bigint,
      pruned_hash: text,
      pruned_at: instant,
    },
  },
};
