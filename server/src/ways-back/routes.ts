import { getUserWaysBack, getWaysBack, listWaysBack } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { permitted, signedIn } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { type SamUser, samUserOf } from '../users/users.ts';
import { factsOfUsers } from './facts.ts';
import { helpersOf, officeOf } from './helpers.ts';
import { levelOf, ownWays, waysBack } from './model.ts';

/** How people get in when the device with their factor is gone. */
export function registerWaysBackRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getWaysBack, signedIn, async ({ caller }) => await waysBackOf(ctx, caller));

  handle(app, getUserWaysBack, permitted('operator_id'), async ({ params }) => {
    return await waysBackOf(ctx, await samUserOf(ctx.db, params));
  });

  handle(app, listWaysBack, permitted('operator_id'), async ({ params }) => {
    const users = await factsOfUsers(ctx.db, ctx.now(), params.operator_id);
    return users
      .filter(({ userId }) => userId !== rootId)
      .map(({ userName, facts }) => ({
        userName,
        level: levelOf(ownWays(facts)),
        ...(facts.password === 'none' && { noPassword: true }),
      }));
  });
}

/** SECURITY: that others may help is told, not who: whoever asks about itself may not see its operator's users. */
async function waysBackOf(ctx: Context, user: SamUser) {
  const office = await officeOf(ctx.db, ctx.now(), user.operatorId);
  const known = office.people.find(({ userId }) => userId === user.userId);
  if (!known) throw new Failure('COM0404');
  const ways = waysBack(known.facts, user.userId === rootId ? undefined : await helpersOf(office, known));
  return { level: levelOf(ways), ways };
}
