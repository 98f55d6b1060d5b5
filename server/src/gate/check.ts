import { setImmediate } from 'node:timers/promises';
import type { Access, BodyOf, checkAuthorization, ReplyOf } from '@warifu/contract';
import type { Request } from '@warifu/policy';
import type { KnownOperation } from '../authorize/catalogue.ts';
import { deciderFor } from '../authorize/decider.ts';
import { sourceOf } from '../authorize/explain.ts';
import { type Called, composed, factsOf, subjectOf } from '../authorize/facts.ts';
import { guarded, ofHost, operationNamed, undescribed } from '../authorize/imported.ts';
import { type StepUp, stepUpFor } from '../authorize/step-up.ts';
import { judge } from '../authorize/verdict.ts';
import type { Context } from '../context.ts';
import { type Soon, whenThere } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { identityOf } from '../sessions/identity.ts';
import type { Session } from '../sessions/live.ts';
import { findApiOperation } from './catalogue/find.ts';
import { openedBy } from './credential.ts';
import type { GateKey } from './keys.ts';

type Body = BodyOf<typeof checkAuthorization>;
type Question = NonNullable<Body['questions']>[number];
type Reply = ReplyOf<typeof checkAuthorization>;
type Answer = Reply['answers'][number];

/**
 * Whose session a credential opens, and which calls it may make.
 * SECURITY: a session of another operator than the key's is told apart by nothing from one that is not there.
 * @throws Failure COM0001 for a credential that is none
 */
export function check(ctx: Context, { ofOperator }: GateKey, { credential, questions = [] }: Body): Soon<Reply> {
  return whenThere(openedBy(ctx, credential, ofOperator), (session): Soon<Reply> => {
    if (!session) return { active: false, answers: questions.map(() => unopened) };
    assertComplete(questions);
    const now = ctx.now();
    const answer = (question: Question) => answerTo(ctx, session, { ...question, ofOperator }, now);
    return whenThere(answersTo(questions, answer), (answers) => {
      return { active: true, identity: identityOf(session, now), answers };
    });
  });
}

function answersTo(questions: readonly Question[], answer: (question: Question) => Soon<Answer>): Soon<Answer[]> {
  const [first, ...others] = questions;
  if (!first) return [];
  return whenThere(answer(first), (one) => (others.length === 0 ? [one] : answerMore([one], others, answer)));
}

async function answerMore(
  answers: Answer[],
  questions: readonly Question[],
  answer: (question: Question) => Soon<Answer>,
): Promise<Answer[]> {
  for (const question of questions) {
    // A long list of large permissions must not keep everybody else waiting.
    await setImmediate();
    answers.push(await answer(question));
  }
  return answers;
}

/** @throws Failure COM0001 that names the question which says neither operation nor method and path */
function assertComplete(questions: readonly Question[]): void {
  for (const [at, { api, httpMethod, requestPath }] of questions.entries()) {
    if (api !== undefined || (httpMethod !== undefined && requestPath !== undefined)) continue;
    const reason = {
      en: 'is missing; httpMethod and requestPath do instead',
      ja: '指定してください。httpMethod と requestPath でも指定できます。',
    };
    throw new Failure('COM0001', { field: `questions.${at}.api`, reason });
  }
}

const unopened: Answer = { decision: 'deny', settledBy: 'credential' };

/** A call as it is judged; undefined when no catalogue has it, and none lets such calls by. */
function callOf(ctx: Context, question: AskedQuestion, at: number): Soon<JudgedCall | undefined> {
  const { api, httpMethod = '', requestPath = '', host, ofOperator } = question;
  if (api !== undefined) {
    return whenThere(operationNamed(ctx.db, ofOperator ?? ofHost, api), (known) => callNamed(question, api, known, at));
  }
  const { queryParameters = {}, sourceIp = null } = question;
  const given = { queryParameters, sourceIp, at };
  const request = { host, method: httpMethod, path: requestPath, ofOperator };
  return whenThere(findApiOperation(ctx.db, request), (found): JudgedCall | undefined => {
    if ('matched' in found) {
      const { operation, pathVariables } = found.matched;
      // SECURITY: the path is that of the operation with its values, not as it was spelt (R60).
      const endpoint = { ...guarded(operation), method: httpMethod };
      return { endpoint, access: 'permission', pathVariables: composed(pathVariables), ...given };
    }
    if (found.unknown === 'deny') return undefined;
    const endpoint = { ...undescribed(''), method: httpMethod };
    return { endpoint, access: 'signed in', requestPath, pathVariables: {}, ...given };
  });
}

/** Of this server's own operations method and path are known; of others they are as the program says, if it does. */
function callNamed(question: AskedQuestion, api: string, known: KnownOperation | undefined, at: number): JudgedCall {
  const { queryParameters = {}, sourceIp = null } = question;
  const pathVariables = composed(question.pathVariables ?? {});
  const given = { pathVariables, queryParameters, sourceIp, at };
  const endpoint = known ?? undescribed(api);
  if (endpoint.isOwn) return { endpoint, access: endpoint.access, ...given };
  const { httpMethod: method = endpoint.method, requestPath } = question;
  const asSaid = requestPath !== undefined && { requestPath };
  return { endpoint: { ...endpoint, method }, access: 'permission', ...asSaid, ...given };
}

type JudgedCall = Called & { readonly endpoint: KnownOperation; readonly access: Access };

/** Asked by a program of one operator, whose own catalogues count then. */
type AskedQuestion = Question & { readonly ofOperator?: string | undefined };

/** Whether a session may make a call, and why. */
function answerTo(ctx: Context, session: Session, question: AskedQuestion, at: number): Soon<Answer> {
  return whenThere(decide(ctx, session, question, at), ({ facts, findStepUp, ...answer }) => {
    if (!facts && !findStepUp) return answer;
    return whenThere(facts && reasonOf(ctx, session, facts), (reason) =>
      whenThere(findStepUp?.(), (stepUp): Answer => ({ ...answer, ...reason, ...(stepUp && { stepUp }) })),
    );
  });
}

/**
 * Whether a session may make a call: as its guard decides. Where its permissions did, `facts` is what they saw, and of
 * what they or the age of the proof refused `findStepUp` says what would have to be proved.
 */
export function decide(ctx: Context, session: Session, question: AskedQuestion, at: number): Soon<Decided> {
  return whenThere(callOf(ctx, question, at), (call) => {
    if (!call) return { decision: 'deny', settledBy: 'catalogue' };
    const named = question.api === undefined && call.endpoint.operation !== '' ? { api: call.endpoint.operation } : {};
    return whenThere(decideCall(ctx, session, call), (decided) => ({ ...decided, ...named }));
  });
}

function decideCall(ctx: Context, session: Session, call: JudgedCall): Soon<Decided> {
  const { endpoint, access, pathVariables, at } = call;
  // SECURITY: as for the guard, another operator's anything is not there.
  const ofOperator = endpoint.isOwn && endpoint.path.includes('{operator_id}') ? pathVariables.operator_id : undefined;
  if (ofOperator !== undefined && ofOperator !== session.operatorId) return { decision: 'deny', settledBy: 'access' };
  let own: Request | undefined;
  const of = (who: Session) => factsOf(ctx, subjectOf(who, at), call);
  const facts = (who = session) => (who === session ? (own ??= of(who)) : of(who));
  const asked = { endpoint, access, onUser: pathVariables.user_name, at };
  return whenThere(judge(ctx.db, session, asked, facts), (verdict): Decided => {
    if (verdict.settledBy === 'quarantine') return { ...verdict, until: session.quarantinedUntil ?? 0 };
    if (verdict.settledBy !== 'permission' && verdict.settledBy !== 'proof') return verdict;
    const findStepUp = () => stepUpFor(ctx.db, session, asked, facts);
    if (verdict.settledBy === 'proof') return { ...verdict, findStepUp };
    return { ...verdict, facts: facts(), ...(verdict.decision === 'deny' && { findStepUp }) };
  });
}

/** What was decided of a call, and how more of it is found. */
export type Decided = Pick<Answer, 'decision' | 'settledBy' | 'api' | 'until'> & {
  readonly facts?: Request;
  readonly findStepUp?: () => Soon<StepUp | undefined>;
};

function reasonOf(ctx: Context, session: Session, facts: Request): Soon<Partial<Answer>> {
  return whenThere(deciderFor(ctx.db, session), (decider): Partial<Answer> => {
    const ruling = decider.ruling(facts);
    if (!ruling) return { missingPermission: facts.api };
    const { from, statement, effect } = ruling;
    return { statement: { source: sourceOf(from), statement, effect } };
  });
}
