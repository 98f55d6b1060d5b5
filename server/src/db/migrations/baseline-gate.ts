import { instant, ofSession, type Table, text } from './baseline-columns.ts';

/** What the browsers of guarded programs bring; it goes with its session. */
export const gateTables: Readonly<Record<string, Table>> = {
  gate_sessions: {
    key: ['operator_id', 'session_id', 'host'],
    columns: { operator_id: text, session_id: text, host: text, token_hash: text, created_at: instant },
    unique: [['token_hash']],
    cascade: [ofSession],
  },
  gate_codes: {
    key: ['operator_id', 'code_hash'],
    columns: {
      operator_id: text,
      code_hash: text,
      session_id: text,
      host: text,
      challenge: text,
      return_to: text,
      created_at: instant,
      expires_at: instant,
    },
    index: [['operator_id', 'session_id'], ['expires_at']],
    cascade: [ofSession],
  },
};
