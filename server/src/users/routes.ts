import {
  createUser,
  createUserPassword,
  deleteOperatorAuthKey,
  deleteUser,
  deleteUserAuthKey as deleteUserAuthKeyEndpoint,
  deleteUserPassword,
  generateOperatorAuthKey,
  generateUserAuthKey,
  getUserAuthKey as getUserAuthKeyEndpoint,
  hasUserPassword,
  listOperatorAuthKeys,
  listUserAuthKeys,
  revokeUserAuthTokens,
  updateUser,
  updateUserPassword,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { rootId } from '../db/schema.ts';
import { permitted, rootOf } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import {
  deleteRootAuthKey,
  deleteUserAuthKey,
  getUserAuthKey,
  listAuthKeys,
  makeRootAuthKey,
  makeUserAuthKey,
} from './auth-keys.ts';
import { changeUserPassword, clearUserPassword, giveUserPassword } from './sam-password.ts';
import { createSamUser, deleteSamUser, describeSamUser, endSamUserSessions, findSamUser, samUserOf } from './users.ts';

/** SAM users, their passwords and AuthKeys; what is read of them with roles and MFA is in `roles/`. */
export function registerUserRoutes(app: FastifyInstance): void {
  const guard = permitted('operator_id');

  handle(app, createUser, guard, async ({ caller: { language }, cause, params, body }) => {
    await createSamUser(cause, params, { description: body.description ?? '', language });
    return undefined;
  });
  handle(app, updateUser, guard, async ({ cause, params, body }) => {
    await describeSamUser(cause, params, body.description ?? '');
    return undefined;
  });
  handle(app, deleteUser, guard, async ({ cause, params }) => {
    await deleteSamUser(cause, params);
    return undefined;
  });
  handle(app, revokeUserAuthTokens, guard, async ({ cause, params }) => {
    await endSamUserSessions(cause, params);
    return undefined;
  });

  registerPasswordRoutes(app);
  registerAuthKeyRoutes(app);
}

function registerPasswordRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const guard = permitted('operator_id');

  handle(app, hasUserPassword, guard, async ({ params }) => {
    const row = await findSamUser(ctx.db, params.operator_id, params.user_name);
    return { hasPassword: row.password_hash !== null };
  });
  handle(app, createUserPassword, guard, async ({ cause, params, body }) => {
    await giveUserPassword(cause, params, body.password);
    return undefined;
  });
  handle(app, updateUserPassword, guard, async ({ cause, params, body, reply }) => {
    sendReceipt(reply, await changeUserPassword(cause, params, body));
    return undefined;
  });
  handle(app, deleteUserPassword, guard, async ({ cause, params, reply }) => {
    sendReceipt(reply, await clearUserPassword(cause, params));
    return undefined;
  });
}

function registerAuthKeyRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const guard = permitted('operator_id');
  const rootGuard = rootOf('operator_id');

  handle(app, listOperatorAuthKeys, rootGuard, async ({ params }) => {
    return await listAuthKeys(ctx.db, { operatorId: params.operator_id, userId: rootId });
  });
  handle(app, generateOperatorAuthKey, rootGuard, async ({ cause, params }) => {
    return await makeRootAuthKey(cause, params.operator_id);
  });
  handle(app, deleteOperatorAuthKey, rootGuard, async ({ cause, params }) => {
    await deleteRootAuthKey(cause, params.operator_id, params.auth_key_id);
    return undefined;
  });
  handle(app, listUserAuthKeys, guard, async ({ params }) => listAuthKeys(ctx.db, await samUserOf(ctx.db, params)));
  handle(app, generateUserAuthKey, guard, async ({ cause, params }) => makeUserAuthKey(cause, params));
  handle(app, getUserAuthKeyEndpoint, guard, async ({ params }) => getUserAuthKey(ctx.db, params, params.auth_key_id));
  handle(app, deleteUserAuthKeyEndpoint, guard, async ({ cause, params }) => {
    await deleteUserAuthKey(cause, params, params.auth_key_id);
    return undefined;
  });
}
