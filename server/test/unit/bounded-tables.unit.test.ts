import { describe, expect, it } from 'vitest';
import { tables } from '../../src/db/migrations/baseline-tables.ts';
import { expiring } from '../../src/jobs.ts';

/** Rows go by time: the clean-up, which is tried in `clean-up.test.ts`, removes them. */
const expires = 'expires';
/** Rows are parts of a row of another table, which has a bounded number of them, and go with it. */
const partsOf = (table: string) => ({ table });
/** People make each by hand and may remove it; who is not trusted with the installation has a bounded number of them. */
const byPeople = (why: string) => ({ why });

const bounds: Readonly<Record<string, typeof expires | { readonly table: string } | { readonly why: string }>> = {
  server_state: byPeople('a text for each name in the sources, and one for each server that runs'),
  operators: byPeople('each was asked for by a mail that somebody followed, or made by the host'),
  users: partsOf('operators'),
  emails: partsOf('users'),
  roles: partsOf('operators'),
  system_notifications: partsOf('operators'),
  trusted_principals: partsOf('users'),
  user_roles: partsOf('users'),
  auth_keys: partsOf('users'),
  backup_code_sets: partsOf('users'),
  factors: partsOf('users'),
  authenticator_apps: partsOf('factors'),
  passkeys: partsOf('factors'),
  passkey_challenges: expires,
  gate_sessions: partsOf('sessions'),
  gate_codes: expires,
  catalogues: byPeople('the host imports and removes its own; an operator has a bounded number'),
  gate_keys: byPeople('the host makes them, and a revoked one is removed'),
  sessions: expires,
  pending_sign_ins: expires,
  sign_ups: expires,
  mail_tokens: expires,
  recovery_cases: expires,
  known_sources: expires,
  known_devices: expires,
  login_accounts: expires,
  attempt_windows: expires,
  deferred_requests: expires,
  outbox: expires,
  audit_log: byPeople('kept for ever, or for the days of WARIFU_AUDIT_DAYS, or until somebody prunes it'),
  audit_heads: byPeople('one for each operator, and one for what belongs to none'),
};

describe('H7: no table grows without bound', () => {
  it('each has what bounds it on this list', () => {
    expect(Object.keys(bounds).sort()).toEqual(Object.keys(tables).sort());
  });

  it.each(Object.entries(bounds))('%s is bounded as the list says', (name, bound) => {
    const { cascade = [], index = [] } = tables[name] ?? expect.unreachable();
    if (bound === expires) {
      expect(expiring.map(({ table }) => table)).toContain(name);
      // Found by an index, so that a clean-up that finds nothing costs nothing.
      expect(index.flat().filter((column) => /(_at|_start|_attempt)$/.test(column))).not.toEqual([]);
    } else if (typeof bound === 'object' && 'table' in bound) {
      expect(cascade.map(([, parent]) => parent)).toContain(bound.table);
    }
  });
});
