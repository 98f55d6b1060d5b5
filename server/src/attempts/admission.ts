import { type Context, unknownSource } from '../context.ts';
import { preparedRead } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { type Attempted, accountKeyOf, isPausedUntil, knownSince, pairWindow, sourceWindow } from './attempts.ts';
import { enterAsHolder } from './in-flight.ts';
import { refusals } from './refusals.ts';
import { sourceNetwork } from './source.ts';
import { isWindowOver } from './windows.ts';

const { login } = limits;

export type Admission =
  /** It may be booked and looked at; its place is left by the function. */
  { readonly verdict: 'enter'; readonly leave: () => void } | { readonly verdict: 'refuse' };

/**
 * Lets an attempt in, before anything is written for it: what is refused here costs some look-ups, and for a source that
 * sent too many nothing but memory. The counters themselves are decided by `bookAttempt`; here they are only read, so
 * that nobody who would be refused there waits for a writer or for a slow hash.
 * @param proved a session is behind it: its holder goes before strangers, as who signed in from this source does
 * @throws Failure COM0429 when the source sent too many, COM0503 when too many wait
 */
export async function admit(ctx: Context, attempted: Attempted, sourceIp: string, proved: boolean): Promise<Admission> {
  const network = sourceNetwork(sourceIp);
  assertNoStorm(ctx, network);
  const accountKey = accountKeyOf(ctx, attempted);
  const { isKnown, isPaused, counted } = await standingOf(ctx, attempted, accountKey, network);
  const refused = refusals(ctx.db);
  if (counted + refused.of(network, ctx.now()) >= login.sourceFailures) {
    refused.stop(network, ctx.now());
    throw flood();
  }
  if (isPaused) {
    refused.add(network, ctx.now());
    return { verdict: 'refuse' };
  }
  try {
    const leave = isKnown || proved ? enterAsHolder(ctx, accountKey) : ctx.hasher.enter('strange');
    return { verdict: 'enter', leave: await leave };
  } catch (error) {
    if (!isKnown && !proved) refused.add(network, ctx.now());
    throw error;
  }
}

/**
 * Stops a source that sent too many, before anything is read.
 * @throws Failure COM0429
 */
export function assertNoStorm(ctx: Context, network: string): void {
  if (refusals(ctx.db).isStopped(network, ctx.now())) throw flood();
}

function flood(): Failure {
  return new Failure('COM0429', {}, login.sourceWindow / 1000);
}

const counters = preparedRead(
  (db, accountKey, network, pair) =>
    db.selectNoFrom((eb) => {
      const account = eb.selectFrom('login_accounts').where('account_key', '=', accountKey);
      const window = (scope: string, key: string) =>
        eb.selectFrom('attempt_windows').where('scope', '=', scope).where('key', '=', key);
      const ofPair = window('login.pair', pair);
      const ofSource = window('login.source', network);
      return [
        account.select('failures').as('failures'),
        account.select('wait_until').as('waitUntil'),
        ofPair.select('count').as('pairCount'),
        ofPair.select('window_start').as('pairStart'),
        ofSource.select('count').as('sourceCount'),
        ofSource.select('window_start').as('sourceStart'),
      ];
    }),
  ([row]) => row,
);

const successes = preparedRead(
  (db, operatorId, userId, source) =>
    db
      .selectFrom('known_sources')
      .select('last_success_at')
      .where('operator_id', '=', operatorId)
      .where('user_id', '=', userId)
      .where('source', '=', source),
  ([row]) => row?.last_success_at,
);

/** What the counters say of an attempt now. Under parallel ones it may be more than they still allow. */
async function standingOf(ctx: Context, attempted: Attempted, accountKey: string, network: string) {
  const now = ctx.now();
  const pair = pairWindow(accountKey, network);
  const [row, success] = await Promise.all([
    counters(ctx.db, accountKey, network, pair.key),
    'phantom' in attempted || network === unknownSource
      ? undefined
      : successes(ctx.db, attempted.operatorId, attempted.userId, network),
  ]);
  const isKnown = success !== null && success !== undefined && success > knownSince(now);
  const spent = (start: number | null | undefined, count: number | null | undefined, length: number) =>
    network === unknownSource || typeof start !== 'number' || isWindowOver(start, length, now) ? 0 : (count ?? 0);
  const failures = row?.failures ?? 0;
  const isWaiting = !isKnown && isPausedUntil(row?.waitUntil ?? 0, now);
  return {
    isKnown,
    isPaused:
      failures >= login.accountCap || isWaiting || spent(row?.pairStart, row?.pairCount, pair.length) >= pair.limit,
    counted: spent(row?.sourceStart, row?.sourceCount, sourceWindow(network).length),
  };
}
