import type { Context } from '../context.ts';
import { perDatabase } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

/**
 * Waits for a place for who holds an account, or one of its keys. A few of one holder's requests go before those of
 * strangers, further ones in their line; what is over the bound is refused, so that one holder never fills that line.
 * @param holder whose requests are counted together, in this process
 * @throws Failure COM0503 when so many are in flight, or too many wait
 */
export async function enterAsHolder(ctx: Context, holder: string): Promise<() => void> {
  const inFlight = ofHolders(ctx.db);
  const count = inFlight.get(holder) ?? 0;
  if (count >= limits.login.inFlight) throw new Failure('COM0503', {}, 1);
  inFlight.set(holder, count + 1);
  const end = () => {
    const left = (inFlight.get(holder) ?? 1) - 1;
    if (left === 0) inFlight.delete(holder);
    else inFlight.set(holder, left);
  };
  try {
    const leave = await ctx.hasher.enter(count < limits.login.knownInFlight ? 'known' : 'strange');
    return () => {
      end();
      leave();
    };
  } catch (error) {
    end();
    throw error;
  }
}

const ofHolders = perDatabase(() => new Map<string, number>());
