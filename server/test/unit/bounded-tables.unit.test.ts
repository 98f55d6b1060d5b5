import { describe, expect, it } from 'vitest';
import { tables } from '../../src/db/migrations/baseline-tables.ts';
import { expiring } from '../../src/jobs.ts';
import { limits } from '../../src/limits.ts';

/**
 * What keeps each table from growing for ever:
 * `expires`: rows go by time, and the clean-up removes them;
 * `parts`: rows are parts of others, of which there are so few for each, and go with them;
 * `people`: rows are what people keep, each made by a person who may remove it; a number bounds them where one who is not
 * trusted with the installation makes them.
 */
type Bound =
  | { readonly by: 'expires' }
  | { readonly by: 'parts'; readonly of: string; readonly most: number }
  | { readonly by: 'people'; readonly why: string; readonly most?: number };

const bounds: Readonly<Record<string, Bound>> = {
  server_state: { by: 'people', why: 'a text for each name in the source, and one for each server that runs' },
  operators: { by: 'people', why: 'who is asked for by mail and confirmed, or made by the host' },
  emails: { by: 'people', why: 'a few a day for each operator, with the password of its root user', most: limits.reset.mailsPerDay },
  users: { by: 'people', why: 'SAM users of an operator', most: limits.samUsers },
  trusted_principals: { by: 'parts', of: 'users', most: 100 },
  factors: { by: 'parts', of: 'users', most: 2 },
  auth_keys: { by: 'parts', of: 'users', most: limits.authKeys.perUser },
  catalogues: { by: 'people', why: 'the host imports and removes them' },
  gate_keys: { by: 'people', why: 'the host makes them; one that is revoked is removed' },
  roles: { by: 'people', why: 'roles of an operator', most: limits.roles.perOperator },
  user_roles: { by: 'parts', of: 'users', most: limits.roles.perUser },
  sessions: { by: 'expires' },
  pending_sign_ins: { by: 'expires' },
  sign_ups: { by: 'expires' },
  mail_tokens: { by: 'expires' },
  recovery_cases: { by: 'expires' },
  known_sources: { by: 'expires' },
  known_devices: { by: 'expires' },
  login_accounts: { by: 'expires' },
  attempt_windows: { by: 'expires' },
  deferred_requests: { by: 'expires' },
  outbox: { by: 'expires' },
  audit_log: { by: 'people', why: 'kept for ever, or for the days of WARIFU_AUDIT_DAYS: audit-retention.test.ts' },
  audit_heads: { by: 'people', why: 'one for each operator, and one for what belongs to none' },
  system_notifications: { by: 'parts', of: 'operators', most: 10 },
};

describe('H7: no table grows without bound', () => {
  it('each is on the list, and the list has no other', () => {
    expect(Object.keys(bounds).sort()).toEqual(Object.keys(tables).sort());
  });
});
