import { ConfigError } from '../config/config.ts';
import type { Context } from '../context.ts';
import { relyingParty } from './webauthn.ts';

/**
 * Refuses to run under a host for which the passkeys that are there do not work: everybody who has one would be locked
 * out, and nobody told why.
 * @throws ConfigError that names the setting and the host
 */
export async function assertPasskeysFit(ctx: Pick<Context, 'db' | 'config'>): Promise<void> {
  const { rpId } = relyingParty(ctx);
  const other = ctx.db.selectFrom('passkeys').select('rp_id').where('rp_id', '!=', rpId).limit(1);
  const row = await other.executeTakeFirst();
  if (!row) return;
  throw new ConfigError(
    `WARIFU_BASE_URL: there are passkeys for ${row.rp_id}, and they do not work for ${rpId}. Set the host name back. Or remove them: npx warifu passkeys list, then npx warifu passkeys remove ${row.rp_id}`,
  );
}
