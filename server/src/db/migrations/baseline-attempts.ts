import { instant, integer, ofUser, type Table, text, user } from './baseline-columns.ts';

/** Who tried to sign in from where, and how often. */
export const attemptTables: Readonly<Record<string, Table>> = {
  known_sources: {
    key: [...user, 'source'],
    columns: { operator_id: text, user_id: text, source: text, last_success_at: instant },
    index: [['last_success_at']],
    cascade: [ofUser],
  },
  known_devices: {
    key: [...user, 'device_hash'],
    columns: { operator_id: text, user_id: text, device_hash: text, last_seen_at: instant },
    index: [['last_seen_at']],
    cascade: [ofUser],
  },
  login_accounts: {
    key: ['account_key'],
    columns: { account_key: text, failures: integer, wait_until: instant, updated_at: instant },
    index: [['updated_at']],
  },
  attempt_windows: {
    key: ['scope', 'key'],
    columns: { scope: text, key: text, window_start: instant, count: integer },
    index: [['window_start']],
  },
};
