import { causeOf } from '../change/cause.ts';
import { nameOf } from '../change/change.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type HeldPasskeys, listPasskeys, removePasskeysOf } from '../factors/other-host.ts';
import { relyingParty } from '../factors/webauthn.ts';
import { runningServers } from '../presence.ts';
import { asTable, exitCodes, type Output, print, UsageError } from './frame.ts';

/**
 * Prints who has passkeys for which host, and how each person gets in where they do not work.
 * @returns the exit code
 */
export async function printPasskeys(ctx: Context, output: Output): Promise<number> {
  const { rpId } = relyingParty(ctx);
  const held = (await listPasskeys(ctx)).map(({ userId: _, userName, ...rest }) => ({
    ...rest,
    user: nameOf(userName),
  }));
  print(output, { host: rpId, passkeys: held }, () =>
    [
      asTable(
        ['OPERATOR', 'USER', 'PASSKEYS', 'HOST', 'WORKS', 'OTHERWISE'],
        held.map(({ operatorId, user, count, host, work, otherwise }) => {
          return [operatorId, user, String(count), host ?? 'removed', work ? 'yes' : 'no', otherwise];
        }),
      ),
      `Passkeys work for ${rpId}, the host of WARIFU_BASE_URL.`,
    ].join('\n'),
  );
  return exitCodes.ok;
}

/**
 * Removes the passkeys of a host that is not the server's any more.
 * @returns the exit code
 * @throws UsageError for the server's own host, for one without passkeys, and while a server runs
 */
export async function removePasskeys(ctx: Context, info: RequestInfo, typed: string): Promise<number> {
  const host = typed.toLowerCase();
  const { rpId } = relyingParty(ctx);
  if (host === rpId) throw new UsageError(`Passkeys for ${host} work: it is the host of WARIFU_BASE_URL.`);
  const held = await listPasskeys(ctx);
  if (!held.some((one) => one.host === host)) throw new UsageError(withoutPasskeys(host, held));
  // SECURITY: one that runs has another base URL than this command, and its passkeys may be in use.
  if ((await runningServers(ctx.db)).length > 0) {
    throw new UsageError(
      'A server runs on this database. Stop every server first; one that was killed counts for 30 s.',
    );
  }
  const removed = await removePasskeysOf(causeOf(ctx, info, info.userAgent, 0), host);
  const { passkeys, users, withoutFactor } = removed;
  process.stdout.write(
    `Passkeys removed: ${passkeys}, of ${users} users. Without another factor: ${withoutFactor} users; npx warifu passkeys list says how they get in.\n`,
  );
  return exitCodes.ok;
}

function withoutPasskeys(host: string, held: readonly HeldPasskeys[]): string {
  const others = [...new Set(held.flatMap((one) => (one.host === undefined || one.work ? [] : [one.host])))];
  const there = others.length > 0 ? `There are some for ${others.join(', ')}.` : 'All that there are work.';
  return `There are no passkeys for ${host}. ${there}`;
}
