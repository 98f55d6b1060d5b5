import { accountKey } from '@warifu/contract';
import { limits } from '../../src/limits.ts';
import type { Session } from '../../src/sessions/live.ts';
import { type Credentials, call } from './client.ts';
import { newRoot, otpAt, type Root, signIn } from './people.ts';
import type { Pick } from './random.ts';
import { randomPermission } from './random-documents.ts';
import { credentialsOf, enrolSam, newSam, signInSam, userPath } from './sam.ts';
import type { TestServer } from './server.ts';

export const users = ['plain', 'key', 'strong', 'service'] as const;
const roleIds = ['r0', 'r1'];
export const addresses = ['10.1.2.3', '10.9.9.9', '192.0.2.1', '2001:db8::1'];

type Held = { readonly credentials: Credentials; readonly kind: Session['authMethod'] };
export type Place = { readonly root: Root; readonly as: Credentials; readonly held: readonly Held[] };

/** An operator with a session of every kind. */
export async function furnish(server: TestServer): Promise<Place> {
  const root = await newRoot(server);
  const as = await signIn(server, root);
  const sams = new Map<string, Awaited<ReturnType<typeof newSam>>>();
  for (const name of users) sams.set(name, await newSam(server, root, as, name));
  const sam = (name: string) => sams.get(name) as NonNullable<ReturnType<typeof sams.get>>;
  const seed = await enrolSam(server, root, as, 'strong');
  const strong = await signInSam(server, sam('strong'), otpAt(seed, server.clock.now));
  const made = await call(server, 'POST', `${userPath(root, 'key')}/auth_keys`, { as });
  const key = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
  const plain = await signInSam(server, sam('plain'));
  const principal = { soracom: [`srn:soracom:${root.operatorId}::User:plain`] };
  const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal }] });
  await call(server, 'PUT', `${userPath(root, 'service')}/trust_policy`, { as, body: { trustPolicy } });
  const target = { operatorId: root.operatorId, userName: 'service' };
  const switched = credentialsOf(
    (await call(server, 'POST', '/v1/auth/switch_user', { as: plain, body: target })).body,
  );
  // The clock goes further below than an hour.
  const far = { expires_at: server.clock.now + 86_400_000 };
  await server.ctx.db.updateTable('sessions').set(far).where('operator_id', '=', root.operatorId).execute();
  const held: Held[] = [
    { credentials: plain, kind: 'password' },
    { credentials: strong, kind: 'password+totp' },
    { credentials: key, kind: 'authKey' },
    { credentials: switched, kind: 'switchUser' },
  ];
  return { root, as, held };
}

/**
 * Other documents, requirements and resets: straight into the tables, because how they came there is not the question.
 * @param more permissions that half of the users have, one of them each
 */
export async function reshuffle(
  server: TestServer,
  { root: { operatorId } }: Place,
  pick: Pick,
  more: readonly string[] = [],
): Promise<void> {
  const { db } = server.ctx;
  const { now } = server.clock;
  for (const name of users) {
    const permission = more.length > 0 && pick([true, false]) ? pick(more) : randomPermission(pick);
    await db
      .updateTable('users')
      .set({ permission, mfa_reset_at: pick([null, now, now - 90_000_000, now - 5000]) })
      .where('operator_id', '=', operatorId)
      .where('user_name', '=', name)
      .execute();
  }
  // Proved now, or as long ago as it counts, by a moment more or less.
  const proved_at = now - pick([0, limits.stepUp - 1, limits.stepUp, 4 * limits.stepUp]);
  await db.updateTable('sessions').set({ proved_at }).where('operator_id', '=', operatorId).execute();
  await db.deleteFrom('user_roles').where('operator_id', '=', operatorId).execute();
  await db.deleteFrom('roles').where('operator_id', '=', operatorId).execute();
  const dates = { created_at: now, updated_at: now };
  for (const role_id of roleIds) {
    const permission = randomPermission(pick) || JSON.stringify({ statements: [] });
    await db
      .insertInto('roles')
      .values({
        operator_id: operatorId,
        role_id,
        role_key: accountKey(role_id),
        permission,
        description: '',
        mfa_required_at: pick([null, null, null, now, now + 86_400_000]),
        ...dates,
      })
      .execute();
  }
  const attachable = [...roleIds, 'srn:warifu::Role:ReadOnly', 'srn:warifu::Role:OwnMfaSelfService'];
  const rows = await db.selectFrom('users').select('user_id').where('operator_id', '=', operatorId).execute();
  for (const { user_id } of rows.filter((row) => row.user_id !== 'root')) {
    const row = { operator_id: operatorId, user_id, role_id: pick(attachable), attached_at: now };
    if (pick([true, false])) await db.insertInto('user_roles').values(row).execute();
    await db
      .updateTable('users')
      .set({ mfa_required_at: pick([null, null, null, null, now, now + 86_400_000]) })
      .where('operator_id', '=', operatorId)
      .where('user_id', '=', user_id)
      .execute();
  }
  const required = {
    mfa_required_sam_at: pick([null, null, null, now, now + 86_400_000]),
    mfa_required_root_at: null,
    quarantine_at: pick([null, now, now, now]),
  };
  await db
    .updateTable('operators')
    .set((eb) => ({ default_permissions: randomPermission(pick), revision: eb('revision', '+', 1), ...required }))
    .where('operator_id', '=', operatorId)
    .execute();
}
