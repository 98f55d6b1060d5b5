import type { Access, AnyEndpoint } from '@warifu/contract';
import type { Decision, Request } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { type Soon, whenThere } from '../db/reads.ts';
import { limits } from '../limits.ts';
import type { Session } from '../sessions/live.ts';
import { isPerson } from '../sessions/proofs.ts';
import { isClosedTo } from './catalogue.ts';
import { deciderFor } from './decider.ts';
import { isQuarantined } from './quarantine.ts';

/** Who asks, as far as it matters beside its permissions; a root user has no name. */
export type Asking = Pick<
  Session,
  'userName' | 'authMethod' | 'provedAt' | 'mfaActive' | 'mfaRequiredFrom' | 'quarantinedUntil'
>;

/** An operation, and the user whom its path names. */
export type Asked = {
  readonly endpoint: Pick<AnyEndpoint, 'operation' | 'personOnly' | 'stepUp' | 'traits'>;
  readonly access: Access;
  readonly onUser: string | undefined;
  /** Instant of the call. */
  readonly at: number;
};

/**
 * Whether a call is allowed, and what settled that: who may call the operation at all, the kind of the session, that MFA
 * must be enrolled first, that MFA was reset a short time ago, that the proof of the password is too old, or the
 * permissions.
 */
export type Verdict = {
  readonly decision: Decision;
  readonly settledBy: 'access' | 'session' | 'enrolment' | 'quarantine' | 'proof' | 'permission';
};

/**
 * Decides the call of a live session.
 * @param factsOf makes the facts of the call, where permissions matter
 */
export function judge(db: Db, session: Session, asked: Asked, factsOf: () => Request): Soon<Verdict> {
  if (!needsPermission(session, asked)) return verdictOf(session, asked, 'allow');
  return whenThere(deciderFor(db, session), (decider) => verdictOf(session, asked, decider.decide(factsOf())));
}

/**
 * The one rule of who may call what, for the guard, explanations and the simulator.
 * SECURITY: nothing is allowed to a SAM user until a permission says so.
 * @param permission what the permissions decide; it only counts where they matter
 */
export function verdictOf(asking: Asking, asked: Asked, permission: Decision): Verdict {
  const { endpoint, access, onUser } = asked;
  if (access === 'anyone') return { decision: 'allow', settledBy: 'access' };
  if (access === 'root' && asking.userName !== '') return { decision: 'deny', settledBy: 'access' };
  const byPermission = needsPermission(asking, asked);
  if (byPermission && permission === 'deny') return { decision: 'deny', settledBy: 'permission' };
  if (isClosedTo(asking, endpoint, onUser)) return { decision: 'deny', settledBy: 'session' };
  const enrols = mustEnrolFirst(asking, asked.at);
  if (enrols && !isOwnEnrolment(asking, asked)) return { decision: 'deny', settledBy: 'enrolment' };
  if (isQuarantined(asking, asked)) return { decision: 'deny', settledBy: 'quarantine' };
  // Last: nobody is asked to prove more for what is refused all the same.
  if (endpoint.stepUp && asking.provedAt + limits.stepUp <= asked.at) return { decision: 'deny', settledBy: 'proof' };
  return { decision: 'allow', settledBy: enrols ? 'enrolment' : byPermission ? 'permission' : 'access' };
}

/** Whether the permissions of a user decide: not of a root user, nor while a user may enrol its own factor only. */
function needsPermission(asking: Asking, asked: Asked): boolean {
  if (asked.access !== 'permission' || asking.userName === '') return false;
  return !(mustEnrolFirst(asking, asked.at) && isOwnEnrolment(asking, asked));
}

/**
 * A user of whom MFA is required can only enrol from that instant on, until it has it. Programs with AuthKeys are not
 * asked for MFA.
 */
export function mustEnrolFirst(
  asking: Pick<Asking, 'authMethod' | 'mfaActive' | 'mfaRequiredFrom'>,
  at: number,
): boolean {
  const { mfaRequiredFrom: from } = asking;
  return from !== undefined && from <= at && !asking.mfaActive && isPerson(asking);
}

/** SECURITY: each kind of user may enrol itself only; the root user's MFA is no SAM user's business. */
function isOwnEnrolment({ userName }: Asking, { endpoint: { traits }, onUser }: Asked): boolean {
  if (traits.includes('enrolment')) return true;
  if (userName === '') return traits.includes('root enrolment');
  return traits.includes('sam enrolment') && onUser === userName;
}
