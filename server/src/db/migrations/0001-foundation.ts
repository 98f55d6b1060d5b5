import { type Kysely, sql } from 'kysely';

type Column = 'text' | 'integer' | 'bigint';
type Columns = Record<string, [type: Column, nullable?: 'null']>;

/** Tables of operators, their root users, MFA, sessions, mails and the audit log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await table(db, 'server_state', ['key'], { key: ['text'], value: ['text'] });
  await operators(db);
  await factors(db);
  await signIn(db);
  await mail(db);
  await audit(db);
}

async function operators(db: Kysely<unknown>): Promise<void> {
  await table(db, 'operators', ['operator_id'], {
    operator_id: ['text'],
    description: ['text'],
    primary_email_id: ['text'],
    primary_email_key: ['text'],
    recovery_hold_until: ['bigint', 'null'],
    created_at: ['bigint'],
    updated_at: ['bigint'],
  });
  await unique(db, 'operators', ['primary_email_key']);
  await table(db, 'emails', ['operator_id', 'email_id'], {
    operator_id: ['text'],
    email_id: ['text'],
    email: ['text'],
    email_key: ['text'],
    verified_at: ['bigint', 'null'],
    created_at: ['bigint'],
    updated_at: ['bigint'],
  });
  await unique(db, 'emails', ['operator_id', 'email_key']);
  await table(db, 'users', ['operator_id', 'user_key'], {
    operator_id: ['text'],
    user_key: ['text'],
    user_name: ['text'],
    description: ['text'],
    language: ['text'],
    password_hash: ['text', 'null'],
    password_changed_at: ['bigint', 'null'],
    password_suspended_at: ['bigint', 'null'],
    credential_version: ['integer'],
    last_sign_in_at: ['bigint', 'null'],
    created_at: ['bigint'],
    updated_at: ['bigint'],
  });
}

async function factors(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('totp_factors')
    .addColumn('operator_id', 'text', (c) => c.notNull())
    .addColumn('user_key', 'text', (c) => c.notNull())
    .addColumn('factor_id', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull().check(sql`status in ('UNCONFIRMED', 'ACTIVE')`))
    .addColumn('secret', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('activated_at', 'bigint')
    .addColumn('last_step', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('wrong_in_a_row', 'integer', (c) => c.notNull())
    .addColumn('wrong_in_window', 'integer', (c) => c.notNull())
    .addColumn('window_start', 'bigint', (c) => c.notNull())
    .addColumn('suspended_at', 'bigint')
    .addPrimaryKeyConstraint('totp_factors_pk', ['operator_id', 'user_key'] as never)
    .execute();
  await table(db, 'backup_code_sets', ['operator_id', 'user_key'], {
    operator_id: ['text'],
    user_key: ['text'],
    set_id: ['text'],
    factor_id: ['text'],
    salt: ['text'],
    hashes: ['text'],
    wrong_guesses: ['integer'],
    frozen_at: ['bigint', 'null'],
    stored_at: ['bigint', 'null'],
    created_at: ['bigint'],
  });
}

async function signIn(db: Kysely<unknown>): Promise<void> {
  await table(db, 'sessions', ['operator_id', 'session_id'], {
    operator_id: ['text'],
    session_id: ['text'],
    user_key: ['text'],
    kind: ['text'],
    token_hash: ['text'],
    api_key_hash: ['text', 'null'],
    auth_method: ['text'],
    source_ip: ['text'],
    user_agent: ['text'],
    created_at: ['bigint'],
    proved_at: ['bigint'],
    expires_at: ['bigint'],
    last_used_at: ['bigint'],
  });
  await unique(db, 'sessions', ['token_hash']);
  await index(db, 'sessions', ['expires_at']);
  await table(db, 'pending_sign_ins', ['operator_id', 'pending_id'], {
    operator_id: ['text'],
    pending_id: ['text'],
    user_key: ['text'],
    token_hash: ['text'],
    credential_version: ['integer'],
    wrong_codes: ['integer'],
    created_at: ['bigint'],
    expires_at: ['bigint'],
  });
  await unique(db, 'pending_sign_ins', ['token_hash']);
  await table(db, 'login_accounts', ['account_key'], {
    account_key: ['text'],
    failures: ['integer'],
    wait_until: ['bigint'],
    updated_at: ['bigint'],
  });
  await table(db, 'attempt_windows', ['scope', 'key'], {
    scope: ['text'],
    key: ['text'],
    window_start: ['bigint'],
    count: ['integer'],
  });
  await table(db, 'known_sources', ['operator_id', 'user_key', 'source'], {
    operator_id: ['text'],
    user_key: ['text'],
    source: ['text'],
    last_success_at: ['bigint'],
  });
}

async function mail(db: Kysely<unknown>): Promise<void> {
  await table(db, 'mail_tokens', ['operator_id', 'token_id'], {
    operator_id: ['text'],
    token_id: ['text'],
    user_key: ['text'],
    purpose: ['text'],
    token_hash: ['text'],
    factor_id: ['text', 'null'],
    credential_version: ['integer'],
    failures: ['integer'],
    created_at: ['bigint'],
    expires_at: ['bigint'],
    used_at: ['bigint', 'null'],
    voided_at: ['bigint', 'null'],
  });
  await unique(db, 'mail_tokens', ['token_hash']);
  await table(db, 'sign_ups', ['sign_up_id'], {
    sign_up_id: ['text'],
    email: ['text'],
    email_key: ['text'],
    password_hash: ['text'],
    language: ['text'],
    token_hash: ['text'],
    created_at: ['bigint'],
    expires_at: ['bigint'],
    used_at: ['bigint', 'null'],
  });
  await unique(db, 'sign_ups', ['token_hash']);
  await table(db, 'deferred_requests', ['request_id'], {
    request_id: ['text'],
    kind: ['text'],
    payload: ['text'],
    created_at: ['bigint'],
    claimed_until: ['bigint'],
  });
  await table(db, 'outbox', ['operator_id', 'mail_id'], {
    operator_id: ['text'],
    mail_id: ['text'],
    template: ['text'],
    recipient: ['text'],
    content: ['text'],
    message_id: ['text'],
    created_at: ['bigint'],
    not_after: ['bigint'],
    next_attempt_at: ['bigint'],
    attempts: ['integer'],
    claimed_until: ['bigint'],
    sent_at: ['bigint', 'null'],
    dropped_at: ['bigint', 'null'],
    last_error: ['text'],
  });
  await index(db, 'outbox', ['sent_at', 'dropped_at', 'next_attempt_at']);
}

async function audit(db: Kysely<unknown>): Promise<void> {
  await table(db, 'audit_log', ['operator_id', 'sequence'], {
    operator_id: ['text'],
    sequence: ['bigint'],
    at: ['bigint'],
    api_kind: ['text'],
    user_name: ['text'],
    actor: ['text'],
    target: ['text'],
    outcome: ['text'],
    reason: ['text'],
    status_code: ['integer'],
    method: ['text'],
    path: ['text'],
    source_ip: ['text'],
    user_agent: ['text'],
    request_id: ['text'],
    detail: ['text'],
    previous_hash: ['text'],
    hash: ['text'],
  });
  await table(db, 'audit_heads', ['operator_id'], { operator_id: ['text'], sequence: ['bigint'], hash: ['text'] });
}

async function table(db: Kysely<unknown>, name: string, key: string[], columns: Columns): Promise<void> {
  let builder = db.schema.createTable(name);
  for (const [column, [type, nullable]] of Object.entries(columns)) {
    builder = builder.addColumn(column, type, (c) => (nullable ? c : c.notNull()));
  }
  await builder.addPrimaryKeyConstraint(`${name}_pk`, key as never).execute();
}

async function unique(db: Kysely<unknown>, name: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${name}_${columns.join('_')}_unique`)
    .unique()
    .on(name)
    .columns(columns)
    .execute();
}

async function index(db: Kysely<unknown>, name: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${name}_${columns.join('_')}_index`)
    .on(name)
    .columns(columns)
    .execute();
}
