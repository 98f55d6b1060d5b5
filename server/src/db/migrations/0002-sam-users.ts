import type { Kysely } from 'kysely';

/** SAM users with their permissions, roles, AuthKeys and trust policies; more addresses; the host's break-glass. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await users(db);
  await keysAndRoles(db);
  await addresses(db);
  await hostOverrides(db);
}

async function users(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('users')
    .addColumn('permission', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await db.schema.alterTable('users').addColumn('trust_policy', 'text').execute();
  await db.schema.alterTable('users').addColumn('mfa_reset_at', 'bigint').execute();
  const operators = ['mfa_required_root_at', 'mfa_required_sam_at', 'guard_off_at'];
  for (const column of operators) await db.schema.alterTable('operators').addColumn(column, 'bigint').execute();
  await db.schema
    .alterTable('operators')
    .addColumn('default_permissions', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  const sessions = ['auth_key_id', 'origin_operator_id', 'origin_session_id', 'origin_principal'];
  for (const column of sessions) await db.schema.alterTable('sessions').addColumn(column, 'text').execute();
  await db.schema.alterTable('mail_tokens').addColumn('email_id', 'text').execute();
}

async function keysAndRoles(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('auth_keys')
    .addColumn('operator_id', 'text', (c) => c.notNull())
    .addColumn('auth_key_id', 'text', (c) => c.notNull())
    .addColumn('user_key', 'text', (c) => c.notNull())
    .addColumn('secret_hash', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addPrimaryKeyConstraint('auth_keys_pk', ['operator_id', 'auth_key_id'] as never)
    .execute();
  await db.schema.createIndex('auth_keys_id_unique').unique().on('auth_keys').column('auth_key_id').execute();
  await db.schema
    .createTable('roles')
    .addColumn('operator_id', 'text', (c) => c.notNull())
    .addColumn('role_id', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('permission', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('roles_pk', ['operator_id', 'role_id'] as never)
    .execute();
  await db.schema
    .createTable('user_roles')
    .addColumn('operator_id', 'text', (c) => c.notNull())
    .addColumn('user_key', 'text', (c) => c.notNull())
    .addColumn('role_id', 'text', (c) => c.notNull())
    .addColumn('attached_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('user_roles_pk', ['operator_id', 'user_key', 'role_id'] as never)
    .execute();
}

async function addresses(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('system_notifications')
    .addColumn('operator_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('email_ids', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('system_notifications_pk', ['operator_id', 'type'] as never)
    .execute();
}

async function hostOverrides(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('host_overrides')
    .addColumn('operator_id', 'text', (c) => c.notNull())
    .addColumn('override_id', 'text', (c) => c.notNull())
    .addColumn('host_user', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addColumn('done_at', 'bigint')
    .addColumn('cancelled_at', 'bigint')
    .addPrimaryKeyConstraint('host_overrides_pk', ['operator_id', 'override_id'] as never)
    .execute();
}
