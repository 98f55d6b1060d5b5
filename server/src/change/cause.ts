import type { Context, RequestInfo } from '../context.ts';
import type { Db } from '../db/database.ts';

/** The signed-in user behind a change, and the session it came by. */
export type CallingUser = {
  readonly operatorId: string;
  readonly userId: string;
  /** Empty for the root user. */
  readonly userName: string;
  readonly sessionId: string;
  /** SRN of the user behind a switched session. */
  readonly originPrincipal?: string | undefined;
};

/** Why something is about to change: the request, the operation it called, and who stands behind it. */
export type Cause = {
  readonly ctx: Context;
  readonly info: RequestInfo;
  /** Status that the operation answers with when it succeeds, for the audit record; 0 where nothing is answered. */
  readonly status: number;
  /** Undefined where nobody is signed in: `anonymous`, a host command, a job. */
  readonly caller: CallingUser | undefined;
  /** Who did it when nobody is signed in: `anonymous`, `host:name`, `system`. */
  readonly actor: string;
  /**
   * Decides once more, by what the transaction sees, that the caller may do this; throws when it may not any more.
   * SECURITY: the first decision was made before the locks were taken.
   */
  readonly recheck?: (db: Db) => Promise<void>;
  /** Done first in the transaction, such as taking the deferred request that is done by it; throws when that is gone. */
  readonly take?: (db: Db) => Promise<void>;
  /**
   * Looks at an operator behind the locks, before anything is changed. What it answers with looks again when all is
   * changed, and throws to take it back.
   */
  readonly watch?: (db: Db, operatorId: string) => Promise<(db: Db) => Promise<void>>;
};

/** A change that no signed-in user asked for: a mailed link, a job, a host command. */
export function causeOf(ctx: Context, info: RequestInfo, actor = 'anonymous', status = 200): Cause {
  return { ctx, info, status, caller: undefined, actor };
}
