import type { BodyOf, checkAuthorization, evaluate, evaluateMany, ReplyOf } from '@warifu/contract';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { check } from './check.ts';
import type { GateKey } from './keys.ts';

type Evaluation = BodyOf<typeof evaluate>;
type Decision = ReplyOf<typeof evaluate>;
type Question = NonNullable<BodyOf<typeof checkAuthorization>['questions']>[number];

/** AuthZEN Authorization API 1.0 §6: one call of one session. */
export async function evaluateOne(ctx: Context, key: GateKey, evaluation: Evaluation): Promise<Decision> {
  const credential = { token: evaluation.subject.id };
  const { answers } = await check(ctx, key, { credential, questions: [questionOf(evaluation)] });
  const { decision, settledBy, missingPermission, stepUp } = answers[0] ?? {
    decision: 'deny',
    settledBy: 'credential',
  };
  return {
    decision: decision === 'allow',
    context: { settledBy, ...(missingPermission !== undefined && { missingPermission }), ...(stepUp && { stepUp }) },
  };
}

/**
 * AuthZEN Authorization API 1.0 §7: several calls, up to the first that ends them; one call where none is listed.
 * @throws Failure COM0001 that names what an evaluation lacks
 */
export async function evaluateAll(
  ctx: Context,
  key: GateKey,
  body: BodyOf<typeof evaluateMany>,
): Promise<ReplyOf<typeof evaluateMany>> {
  const { evaluations = [], options, ...defaults } = body;
  if (evaluations.length === 0) return await evaluateOne(ctx, key, completed(defaults));
  const whole = evaluations.map((part, at) => completed({ ...defaults, ...part }, `evaluations.${at}.`));
  const last = { execute_all: undefined, deny_on_first_deny: false, permit_on_first_permit: true };
  const ending = last[options?.evaluations_semantic ?? 'execute_all'];
  const decisions: Decision[] = [];
  for (const evaluation of whole) {
    const decided = await evaluateOne(ctx, key, evaluation);
    decisions.push(decided);
    if (decided.decision === ending) break;
  }
  return { evaluations: decisions };
}

function completed(part: Partial<Evaluation>, place = ''): Evaluation {
  const { subject, resource, action } = part;
  if (subject && resource && action) return { ...part, subject, resource, action };
  const name = !subject ? 'subject' : !resource ? 'resource' : 'action';
  throw new Failure('COM0001', {
    field: place + name,
    reason: { en: 'is missing', ja: '入力してください。' },
  });
}

function questionOf({ resource, action, context = {} }: Evaluation): Question {
  const { httpMethod, requestPath, queryParameters, sourceIp } = context;
  return {
    api: action.name.includes(':') ? action.name : `${resource.type}:${action.name}`,
    // SECURITY: what is asked about goes before what a caller may have written into the thing itself.
    pathVariables: { ...scalars(resource.properties ?? {}), id: resource.id },
    ...(httpMethod !== undefined && { httpMethod }),
    ...(requestPath !== undefined && { requestPath }),
    ...(queryParameters !== undefined && { queryParameters }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}

/** Conditions compare texts: what is no single value is nothing to them. */
function scalars(properties: Readonly<Record<string, unknown>>): Record<string, string> {
  const single = Object.entries(properties).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return Object.fromEntries(single.map(([name, value]) => [name, String(value)]));
}
