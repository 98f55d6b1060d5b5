import { setImmediate } from 'node:timers/promises';
import { accessOf, type BodyOf, type checkAuthorization, type ReplyOf } from '@warifu/contract';
import type { Request } from '@warifu/policy';
import { findOperation } from '../authorize/catalogue.ts';
import { deciderFor } from '../authorize/decider.ts';
import { sourceOf } from '../authorize/explain.ts';
import { type Called, composed, factsOf, subjectOf } from '../authorize/facts.ts';
import { type Asked, judge } from '../authorize/verdict.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { identityOf } from '../sessions/identity.ts';
import { findSession, type Session } from '../sessions/live.ts';
import type { GateKey } from './keys.ts';

type Body = BodyOf<typeof checkAuthorization>;
type Question = NonNullable<Body['questions']>[number];
type Answer = ReplyOf<typeof checkAuthorization>['answers'][number];

/**
 * Whose session a credential opens, and which calls it may make.
 * SECURITY: a session of another operator than the key's is told apart by nothing from one that is not there.
 * @throws Failure COM0001 for a credential that is none
 */
export async function check(ctx: Context, { ofOperator }: GateKey, { credential, questions = [] }: Body) {
  const session = await visibleTo(ofOperator, openedBy(ctx, credential));
  if (!session) {
    return { active: false, answers: questions.map(() => unopened) };
  }
  const now = ctx.now();
  const answers: Answer[] = [];
  for (const question of questions) {
    answers.push(await answerTo(ctx, session, calledIn(question, now)));
    // A long list of large permissions must not keep everybody else waiting.
    await setImmediate();
  }
  return { active: true, identity: identityOf(session, now), answers };
}

const unopened: Answer = { decision: 'deny', settledBy: 'credential' };

/**
 * The answer of RFC 7662 §2.2.
 * SECURITY: of a token that may not be asked about it says what it says of none.
 */
export async function introspect(ctx: Context, { ofOperator }: GateKey, token: string) {
  const session = await visibleTo(ofOperator, openedBy(ctx, { token }));
  if (!session) return { active: false };
  const { principal, userName, operatorId, expiresAt, authTime, amr, sessionId } = identityOf(session, ctx.now());
  return {
    active: true,
    token_type: 'Bearer',
    sub: principal,
    ...(userName !== '' && { username: userName }),
    iss: ctx.config.baseUrl,
    exp: Math.floor(expiresAt / 1000),
    sid: sessionId,
    amr,
    auth_time: Math.floor(authTime / 1000),
    operator_id: operatorId,
  };
}

async function visibleTo(ofOperator: string | undefined, opened: Promise<Session | undefined>) {
  const session = await opened;
  return ofOperator === undefined || session?.operatorId === ofOperator ? session : undefined;
}

/**
 * The session that a credential opens: one of the two, as who sends both does not know which one the caller sent.
 * @throws Failure COM0001
 */
export async function openedBy(
  ctx: Context,
  { token, apiKey, cookie }: Body['credential'],
): Promise<Session | undefined> {
  if ((token === undefined) === (cookie === undefined) || (cookie !== undefined && apiKey !== undefined)) {
    const reason = { en: 'needs either token or cookie', ja: 'token と cookie のどちらか一方を指定してください。' };
    throw new Failure('COM0001', { field: 'credential', reason });
  }
  return cookie === undefined
    ? await findSession(ctx, 'api', token ?? '', apiKey)
    : await findSession(ctx, 'console', cookie, undefined);
}

/** A call of the question: of this server's own operations method and path are known, of others as the program says. */
function calledIn(question: Question, at: number): Called & Pick<Asked, 'endpoint'> {
  const { api, queryParameters = {}, sourceIp = null } = question;
  const pathVariables = composed(question.pathVariables ?? {});
  const given = { pathVariables, queryParameters, sourceIp, at };
  const endpoint = findOperation(api);
  if (endpoint) return { endpoint, ...given };
  const { httpMethod: method = '', requestPath = '' } = question;
  return { endpoint: { operation: api, method, path: '', personOnly: false, traits: [] }, requestPath, ...given };
}

/** As the guard of the call decides, and why. */
async function answerTo(ctx: Context, session: Session, called: Called & Pick<Asked, 'endpoint'>): Promise<Answer> {
  const { operation } = called.endpoint;
  const known = findOperation(operation);
  // SECURITY: as for the guard, another operator's anything is not there.
  const named = called.pathVariables.operator_id;
  if (known?.path.includes('{operator_id}') && named !== undefined && named !== session.operatorId) {
    return { decision: 'deny', settledBy: 'access' };
  }
  const facts = () => factsOf(ctx, subjectOf(session, called.at), called);
  const asked = {
    endpoint: called.endpoint,
    access: known ? accessOf(known) : ('permission' as const),
    onUser: called.pathVariables.user_name,
  };
  const verdict = await judge(ctx.db, session, asked, facts);
  return verdict.settledBy === 'permission' ? { ...verdict, ...(await reasonOf(ctx, session, facts())) } : verdict;
}

async function reasonOf(ctx: Context, session: Session, facts: Request): Promise<Partial<Answer>> {
  const { statements } = (await deciderFor(ctx.db, session)).explain(facts);
  const deciding = statements.find((statement) => statement.deciding);
  if (!deciding) return { missingPermission: facts.api };
  const { from, statement, effect } = deciding;
  return { statement: { source: sourceOf(from), statement, effect } };
}
