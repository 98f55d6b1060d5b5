import type { Context } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';

type Owner = { readonly operatorId: string; readonly userId: string };

/**
 * Seals the hash of a password for its user's row (R07): without the key file there is nothing to guess at, and copied
 * into another row it opens nothing. A key in place of a pepper can be rotated (decision 0026).
 */
export function sealHash({ keys }: Pick<Context, 'keys'>, user: Owner, hash: string): string {
  return seal(keys, hash, place(user));
}

/** The hash that is stored of a user; undefined when there is none, or it does not open. */
export function openHash(
  ctx: Context,
  user: Owner & { readonly passwordHash: string | undefined },
): string | undefined {
  const { operatorId, userId, passwordHash } = user;
  if (passwordHash === undefined) return undefined;
  try {
    return unseal(ctx.keys, passwordHash, place(user));
  } catch {
    ctx.log.error({ operatorId, userId }, 'the sealed hash of a password does not open');
    return undefined;
  }
}

function place({ operatorId, userId }: Owner): Place {
  return { table: 'users', row: [operatorId, userId] };
}
