import { type BodyOf, type explainPermission, impliesMfa } from '@warifu/contract';
import { parsePermission, textsOf } from '../authorize/documents.ts';
import { explain } from '../authorize/explain.ts';
import { subjectOf } from '../authorize/facts.ts';
import { operationNamed, undescribed } from '../authorize/imported.ts';
import type { Context } from '../context.ts';
import type { Users } from '../db/schema.ts';
import { describeMfa } from '../factors/status.ts';
import { Failure } from '../failure.ts';
import { findOperator } from '../operators/operators.ts';
import type { Session } from '../sessions/live.ts';
import { quarantinedUntil } from '../sessions/quarantine.ts';
import { bindingRequirement } from '../sessions/required.ts';
import { findSamUser } from '../users/users.ts';

type Asked = BodyOf<typeof explainPermission>;

export type Question = {
  readonly operatorId: string;
  readonly asked: Asked;
  /** Who asks, and from where. */
  readonly caller: Session;
  readonly sourceIp: string;
};

/**
 * Decides a call that a SAM user might make. What the question leaves out is as in a call that the user makes now, with
 * its password just proved; whoever asks about itself means its own session, from where it is.
 * @throws Failure COM0404, AUM0030 for a draft that is no permission
 */
export async function answer(ctx: Context, { operatorId, asked, caller, sourceIp }: Question) {
  const row = await findSamUser(ctx.db, operatorId, asked.userName);
  const texts = await textsOf(ctx.db, operatorId, row.user_id);
  if (!texts) throw new Failure('COM0404');
  // An empty one is none, as when it is saved.
  if (asked.draft) parsePermission(asked.draft);
  const itself = row.user_id === caller.userId;
  const at = asked.at ?? ctx.now();
  const since = (await findOperator(ctx.db, operatorId))?.quarantine_at ?? null;
  const session = itself ? caller : await freshSession(ctx, row, at, since);
  const endpoint = (await operationNamed(ctx.db, operatorId, asked.api)) ?? undescribed(asked.api);
  return explain(ctx, asked.draft === undefined ? texts : { ...texts, own: asked.draft }, {
    subject: subjectAsked(session, asked, at, since),
    called: {
      endpoint,
      pathVariables: asked.pathVariables ?? {},
      queryParameters: asked.queryParameters ?? {},
      sourceIp: asked.sourceIp ?? (itself ? sourceIp : null),
      at,
    },
    access: endpoint.access,
  });
}

type Standing = Pick<
  Session,
  | 'operatorId'
  | 'userName'
  | 'authMethod'
  | 'mfaAuthenticated'
  | 'provedAt'
  | 'mfaResetAt'
  | 'quarantinedUntil'
  | 'mfaActive'
  | 'mfaRequiredFrom'
>;

async function freshSession(ctx: Context, row: Users, at: number, since: number | null): Promise<Standing> {
  const { operator_id: operatorId, user_id: userId, user_name: userName, mfa_reset_at: mfaResetAt } = row;
  return {
    operatorId,
    userName,
    authMethod: 'password',
    mfaAuthenticated: false,
    provedAt: at,
    mfaResetAt: mfaResetAt ?? undefined,
    quarantinedUntil: quarantinedUntil(mfaResetAt, since),
    mfaActive: (await describeMfa(ctx, operatorId, userId)).status === 'ACTIVE',
    mfaRequiredFrom: (await bindingRequirement(ctx.db, { operatorId, userId }))?.from,
  };
}

/** A code that was given means a factor, whatever the user has now. */
function subjectAsked(session: Standing, asked: Asked, at: number, since: number | null) {
  const seconds = asked.secondsSinceMfaReset;
  const authMethod = asked.authMethod ?? session.authMethod;
  const implied = asked.authMethod === undefined ? session.mfaAuthenticated : impliesMfa(asked.authMethod);
  const mfaAuthenticated = asked.mfaAuthenticated ?? implied;
  const factor = asked.mfaAuthenticated === true || (asked.authMethod !== undefined && impliesMfa(asked.authMethod));
  const subject = subjectOf({ ...session, authMethod, mfaAuthenticated }, at);
  const authAgeSeconds = asked.authAgeSeconds ?? subject.authAgeSeconds;
  return {
    ...subject,
    authAgeSeconds,
    provedAt: at - authAgeSeconds * 1000,
    secondsSinceMfaReset: asked.secondsSinceMfaReset ?? subject.secondsSinceMfaReset,
    mfaActive: session.mfaActive || factor,
    mfaRequiredFrom: session.mfaRequiredFrom,
    quarantinedUntil: seconds === undefined ? session.quarantinedUntil : quarantinedUntil(at - seconds * 1000, since),
  };
}
