import {
  createUser,
  createUserPassword,
  deleteOperatorAuthKey,
  deleteUser,
  deleteUserAuthKey,
  deleteUserPassword,
  generateOperatorAuthKey,
  generateUserAuthKey,
  getUser,
  getUserAuthKey,
  hasUserPassword,
  listOperatorAuthKeys,
  listUserAuthKeys,
  listUsers,
  revokeUserAuthTokens,
  updateUser,
  updateUserPassword,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { assertMayActAs } from '../authorize/escalation.ts';
import { auditedChange } from '../change/audited.ts';
import type { Context, RequestInfo } from '../context.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { type Caller, permitted, rootOf } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { describeUser } from '../roles/user-overview.ts';
import { endUserSessions } from '../sessions/sessions.ts';
import { deleteAuthKey, listAuthKeys, makeAuthKey } from './auth-keys.ts';
import { changeUserPassword, clearUserPassword, giveUserPassword } from './sam-password.ts';
import { createSamUser, deleteSamUser, describeSamUser, findSamUser, type SamUser, samUserOf } from './users.ts';

/** SAM users and their passwords. */
export function registerUserRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listUsers, permitted('operator_id'), async ({ params }) => {
    const rows = await ctx.db
      .selectFrom('users')
      .selectAll()
      .where('operator_id', '=', params.operator_id)
      .where('user_id', '!=', rootId)
      .orderBy('name_key')
      .execute();
    return await Promise.all(rows.map((row) => describeUser(ctx, row)));
  });

  handle(app, getUser, permitted('operator_id'), async ({ params }) => {
    return await describeUser(ctx, await findSamUser(ctx.db, params.operator_id, params.user_name));
  });

  handle(app, createUser, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const change = { actor: caller, target: `sam:${params.user_name}`, statusCode: 201 };
    const { operator_id: operatorId, user_name: userName } = params;
    const user = { operatorId, userName, description: body.description ?? '', language: caller.language };
    await auditedChange(ctx, info, change, (db) => createSamUser(db, ctx, user));
    return undefined;
  });

  handle(app, updateUser, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const user = await samUserOf(ctx.db, params);
    const change = { actor: caller, target: `sam:${user.userName}`, statusCode: 200 };
    await auditedChange(ctx, info, change, (db) => describeSamUser(db, ctx, user, body.description ?? ''));
    return undefined;
  });

  handle(app, deleteUser, permitted('operator_id'), async ({ caller, info, params }) => {
    const user = await samUserOf(ctx.db, params);
    const change = { actor: caller, target: `sam:${user.userName}`, statusCode: 204 };
    await auditedChange(ctx, info, change, (db) => deleteSamUser(db, user));
    return undefined;
  });

  handle(app, revokeUserAuthTokens, permitted('operator_id'), async ({ caller, info, params }) => {
    const user = await samUserOf(ctx.db, params);
    const change = { actor: caller, target: `sam:${user.userName}`, statusCode: 204 };
    await auditedChange(ctx, info, change, (db) => endUserSessions(db, ctx.now(), user));
    return undefined;
  });

  registerPasswordRoutes(app);
  registerAuthKeyRoutes(app);
}

function registerPasswordRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, hasUserPassword, permitted('operator_id'), async ({ params }) => {
    const row = await findSamUser(ctx.db, params.operator_id, params.user_name);
    return { hasPassword: row.password_hash !== null };
  });

  handle(app, createUserPassword, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const user = await samUserOf(ctx.db, params);
    if (body.password === undefined) {
      throw new Failure('COM0001', { field: 'password', reason: { en: 'is missing', ja: '入力してください。' } });
    }
    await giveUserPassword(ctx, info, caller, user, body.password);
    return undefined;
  });

  handle(app, updateUserPassword, permitted('operator_id'), async ({ caller, info, params, body, reply }) => {
    const user = await samUserOf(ctx.db, params);
    sendReceipt(reply, await changeUserPassword(ctx, info, caller, user, body.currentPassword, body.newPassword));
    return undefined;
  });

  handle(app, deleteUserPassword, permitted('operator_id'), async ({ caller, info, params, reply }) => {
    sendReceipt(reply, await clearUserPassword(ctx, info, caller, await samUserOf(ctx.db, params)));
    return undefined;
  });
}

function registerAuthKeyRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listOperatorAuthKeys, rootOf('operator_id'), async ({ caller }) =>
    listAuthKeys(ctx.db, rootUser(caller)),
  );

  handle(app, generateOperatorAuthKey, rootOf('operator_id'), async ({ caller, info }) => {
    return await newKey(ctx, info, caller, rootUser(caller), 201);
  });

  handle(app, deleteOperatorAuthKey, rootOf('operator_id'), async ({ caller, info, params }) => {
    await removeKey(ctx, info, caller, rootUser(caller), params.auth_key_id);
    return undefined;
  });

  handle(app, listUserAuthKeys, permitted('operator_id'), async ({ params }) => {
    return await listAuthKeys(ctx.db, await samUserOf(ctx.db, params));
  });

  handle(app, generateUserAuthKey, permitted('operator_id'), async ({ caller, info, params }) => {
    return await newKey(ctx, info, caller, await samUserOf(ctx.db, params), 200);
  });

  handle(app, getUserAuthKey, permitted('operator_id'), async ({ params }) => {
    const keys = await listAuthKeys(ctx.db, await samUserOf(ctx.db, params));
    const key = keys.find((candidate) => candidate.authKeyId === params.auth_key_id);
    if (!key) throw new Failure('COM0404');
    return key;
  });

  handle(app, deleteUserAuthKey, permitted('operator_id'), async ({ caller, info, params }) => {
    await removeKey(ctx, info, caller, await samUserOf(ctx.db, params), params.auth_key_id);
    return undefined;
  });
}

function rootUser(caller: Caller): SamUser {
  return { operatorId: caller.operatorId, userId: rootId, userName: '' };
}

async function newKey(ctx: Context, info: RequestInfo, caller: Caller, owner: SamUser, statusCode: number) {
  const change = { actor: caller, target: targetName(owner), statusCode };
  return await auditedChange(ctx, info, change, async (db) => {
    if (owner.userId !== rootId) await assertMayActAs(db, caller, owner.userId);
    const key = await makeAuthKey(db, ctx, owner);
    const { userName } = owner;
    await enqueueNotice(db, ctx, info, owner.operatorId, 'auth_key_created', userName === '' ? {} : { userName });
    return key;
  });
}

async function removeKey(
  ctx: Context,
  info: RequestInfo,
  caller: Caller,
  owner: SamUser,
  authKeyId: string,
): Promise<void> {
  const change = { actor: caller, target: `${targetName(owner)} ${authKeyId}`, statusCode: 204 };
  await auditedChange(ctx, info, change, (db) => deleteAuthKey(db, owner, authKeyId));
}

function targetName(owner: SamUser): string {
  return owner.userName === '' ? 'root' : `sam:${owner.userName}`;
}
