import { type Kysely, sql } from 'kysely';

type Column = readonly [type: 'text' | 'integer' | 'bigint', nullable?: 'null'];
type Table = {
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly unique?: readonly (readonly string[])[];
  readonly index?: readonly (readonly string[])[];
  /** Rows go with the row that they refer to. */
  readonly cascade?: readonly (readonly [columns: readonly string[], table: string, key: readonly string[]])[];
  readonly check?: string;
};

const text: Column = ['text'];
const textOrNull: Column = ['text', 'null'];
const integer: Column = ['integer'];
const bigint: Column = ['bigint'];
const instant: Column = ['bigint'];
const instantOrNull: Column = ['bigint', 'null'];

const operator = ['operator_id'];
const user = ['operator_id', 'user_id'];
const ofOperator = [operator, 'operators', operator] as const;
const ofUser = [user, 'users', user] as const;

/** In order: a table comes after those it refers to. Until the first release this is the only migration. */
const tables: Readonly<Record<string, Table>> = {
  server_state: { key: ['key'], columns: { key: text, value: text } },
  operators: {
    key: operator,
    columns: {
      operator_id: text,
      description: text,
      primary_email_id: text,
      primary_email_key: text,
      recovery_hold_until: instantOrNull,
      default_permissions: text,
      mfa_required_root_at: instantOrNull,
      mfa_required_sam_at: instantOrNull,
      guard_off_at: instantOrNull,
      revision: bigint,
      created_at: instant,
      updated_at: instant,
    },
    unique: [['primary_email_key']],
  },
  emails: {
    key: ['operator_id', 'email_id'],
    columns: {
      operator_id: text,
      email_id: text,
      email: text,
      email_key: text,
      verified_at: instantOrNull,
      created_at: instant,
      updated_at: instant,
    },
    unique: [['operator_id', 'email_key']],
    cascade: [ofOperator],
  },
  users: {
    key: user,
    columns: {
      operator_id: text,
      user_id: text,
      name_key: text,
      user_name: text,
      description: text,
      language: text,
      password_hash: textOrNull,
      password_changed_at: instantOrNull,
      password_suspended_at: instantOrNull,
      credential_version: integer,
      last_sign_in_at: instantOrNull,
      permission: text,
      trust_policy: textOrNull,
      mfa_reset_at: instantOrNull,
      created_at: instant,
      updated_at: instant,
    },
    unique: [['operator_id', 'name_key']],
    cascade: [ofOperator],
  },
  trusted_principals: {
    key: [...user, 'principal_operator_id', 'principal_user_id', 'statement'],
    columns: {
      operator_id: text,
      user_id: text,
      principal_operator_id: text,
      principal_user_id: text,
      statement: integer,
    },
    index: [['principal_operator_id', 'principal_user_id']],
    cascade: [ofUser, [['principal_operator_id', 'principal_user_id'], 'users', user]],
  },
  totp_factors: {
    key: user,
    columns: {
      operator_id: text,
      user_id: text,
      factor_id: text,
      status: text,
      credential_version: integer,
      secret: text,
      created_at: instant,
      activated_at: instantOrNull,
      last_step: bigint,
      last_used_at: instantOrNull,
      wrong_in_a_row: integer,
      wrong_in_window: integer,
      window_start: instant,
      suspended_at: instantOrNull,
    },
    cascade: [ofUser],
    check: "status in ('UNCONFIRMED', 'ACTIVE')",
  },
  backup_code_sets: {
    key: user,
    columns: {
      operator_id: text,
      user_id: text,
      set_id: text,
      factor_id: text,
      salt: text,
      hashes: text,
      wrong_guesses: integer,
      frozen_at: instantOrNull,
      stored_at: instantOrNull,
      created_at: instant,
    },
    cascade: [[user, 'totp_factors', user]],
  },
  auth_keys: {
    key: ['operator_id', 'auth_key_id'],
    columns: {
      operator_id: text,
      auth_key_id: text,
      user_id: text,
      secret_hash: text,
      created_at: instant,
      last_used_at: instantOrNull,
    },
    unique: [['auth_key_id']],
    index: [user],
    cascade: [ofUser],
  },
  roles: {
    key: ['operator_id', 'role_id'],
    columns: {
      operator_id: text,
      role_id: text,
      description: text,
      permission: text,
      created_at: instant,
      updated_at: instant,
    },
    cascade: [ofOperator],
  },
  user_roles: {
    key: [...user, 'role_id'],
    columns: { operator_id: text, user_id: text, role_id: text, attached_at: instant },
    index: [['operator_id', 'role_id']],
    cascade: [ofUser],
  },
  sessions: {
    key: ['operator_id', 'session_id'],
    columns: {
      operator_id: text,
      session_id: text,
      user_id: text,
      kind: text,
      token_hash: text,
      api_key_hash: textOrNull,
      auth_method: text,
      source_ip: text,
      user_agent: text,
      created_at: instant,
      proved_at: instant,
      expires_at: instant,
      last_used_at: instant,
      wrong_passwords: integer,
      auth_key_id: textOrNull,
      origin_operator_id: textOrNull,
      origin_session_id: textOrNull,
      origin_principal: textOrNull,
    },
    unique: [['token_hash']],
    index: [['expires_at'], user, ['operator_id', 'auth_key_id'], ['origin_operator_id', 'origin_session_id']],
    cascade: [
      ofUser,
      [['operator_id', 'auth_key_id'], 'auth_keys', ['operator_id', 'auth_key_id']],
      [['origin_operator_id', 'origin_session_id'], 'sessions', ['operator_id', 'session_id']],
    ],
  },
  pending_sign_ins: {
    key: ['operator_id', 'pending_id'],
    columns: {
      operator_id: text,
      pending_id: text,
      user_id: text,
      token_hash: text,
      kind: text,
      source_ip: text,
      user_agent: text,
      credential_version: integer,
      wrong_codes: integer,
      created_at: instant,
      expires_at: instant,
    },
    unique: [['token_hash']],
    index: [user],
    cascade: [ofUser],
  },
  mail_tokens: {
    key: ['operator_id', 'token_id'],
    columns: {
      operator_id: text,
      token_id: text,
      user_id: text,
      purpose: text,
      token_hash: text,
      case_id: textOrNull,
      factor_id: textOrNull,
      email_id: textOrNull,
      credential_version: integer,
      failures: integer,
      created_at: instant,
      expires_at: instant,
      used_at: instantOrNull,
      voided_at: instantOrNull,
    },
    unique: [['token_hash']],
    index: [user],
    cascade: [ofUser, [['operator_id', 'email_id'], 'emails', ['operator_id', 'email_id']]],
  },
  recovery_cases: {
    key: ['operator_id', 'case_id'],
    columns: {
      operator_id: text,
      case_id: text,
      user_id: text,
      kind: text,
      factor_id: text,
      host_user: text,
      reason: text,
      asked_at: instant,
      due_at: instant,
      done_at: instantOrNull,
      stopped_at: instantOrNull,
    },
    index: [user],
    cascade: [ofUser],
  },
  known_sources: {
    key: [...user, 'source'],
    columns: { operator_id: text, user_id: text, source: text, last_success_at: instant },
    cascade: [ofUser],
  },
  login_accounts: {
    key: ['account_key'],
    columns: { account_key: text, failures: integer, wait_until: instant, updated_at: instant },
  },
  attempt_windows: {
    key: ['scope', 'key'],
    columns: { scope: text, key: text, window_start: instant, count: integer },
  },
  system_notifications: {
    key: ['operator_id', 'type'],
    columns: { operator_id: text, type: text, email_ids: text, updated_at: instant },
    cascade: [ofOperator],
  },
  sign_ups: {
    key: ['sign_up_id'],
    columns: {
      sign_up_id: text,
      email: text,
      email_key: text,
      password_hash: text,
      language: text,
      token_hash: text,
      created_at: instant,
      expires_at: instant,
      used_at: instantOrNull,
    },
    unique: [['token_hash']],
  },
  deferred_requests: {
    key: ['request_id'],
    columns: { request_id: text, kind: text, payload: text, created_at: instant, claimed_until: instant },
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
    },
    index: [['sent_at', 'dropped_at', 'next_attempt_at']],
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
  },
  audit_heads: { key: operator, columns: { operator_id: text, sequence: bigint, hash: text } },
};

/** All tables of the first version. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, table] of Object.entries(tables)) {
    await createTable(db, name, table);
    for (const columns of table.unique ?? []) await createIndex(db, name, columns, true);
    for (const columns of table.index ?? []) await createIndex(db, name, columns, false);
  }
}

async function createTable(db: Kysely<unknown>, name: string, table: Table): Promise<void> {
  let builder = db.schema.createTable(name);
  for (const [column, [type, nullable]] of Object.entries(table.columns)) {
    builder = builder.addColumn(column, type, (c) => (nullable ? c : c.notNull()));
  }
  builder = builder.addPrimaryKeyConstraint(`${name}_pk`, table.key as never);
  for (const [columns, parent, key] of table.cascade ?? []) {
    const constraint = `${name}_${columns.at(-1)}_fk`;
    builder = builder.addForeignKeyConstraint(constraint, columns as never, parent, key as never, (c) =>
      c.onDelete('cascade'),
    );
  }
  if (table.check) builder = builder.addCheckConstraint(`${name}_check`, sql.raw(table.check));
  await builder.execute();
}

async function createIndex(db: Kysely<unknown>, name: string, columns: readonly string[], unique: boolean) {
  const index = db.schema.createIndex(`${name}_${columns.join('_')}_${unique ? 'unique' : 'index'}`).on(name);
  const built = index.columns([...columns]);
  await (unique ? built.unique() : built).execute();
}
