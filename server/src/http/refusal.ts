import type { AnyEndpoint } from '@warifu/contract';
import type { FastifyRequest } from 'fastify';
import { takeFromWindow } from '../attempts/windows.ts';
import { oneLine } from '../audit/record.ts';
import { subjectOf } from '../authorize/facts.ts';
import { causeOf } from '../change/cause.ts';
import { change, describe, nameOf, refuse as refusal } from '../change/change.ts';
import type { Failure } from '../failure.ts';
import type { Session } from '../sessions/live.ts';
import { requestInfoOf } from './request-info.ts';

/** Records of one user and operation in a minute; a loop of refused calls must not fill the log. */
const perMinute = 6;

/** What is taken over from a request; the reader of an audit log is no place for more. */
const maxLength = 128;

type Values = Readonly<Record<string, unknown>>;

/**
 * Refuses a call of a signed-in user, and writes it down: the refusals are what an auditor looks for (R72). The record
 * has the target, and what the decision rested on, so that the same question can be asked again.
 * @throws Failure always
 */
export async function refuseCall(
  request: FastifyRequest,
  session: Session,
  endpoint: AnyEndpoint,
  failure: Failure,
): Promise<never> {
  const { ctx } = request.server.warifu;
  const { code, params } = failure;
  const key = `${session.operatorId}/${session.userId}/${endpoint.operation}/${code}`;
  const window = { scope: 'audit.refused', key, limit: perMinute, length: 60_000 };
  if (!(await takeFromWindow(ctx.db, window, ctx.now()))) throw failure;
  const cause = { ...causeOf(ctx, requestInfoOf(request, endpoint.operation)), caller: session };
  return await change<never>(cause, session.operatorId, async (c) => {
    const path = textsOf(request.params as Values, Object.keys(endpoint.params.properties));
    const asked = JSON.stringify(askedOf(request, session, endpoint, c.now));
    describe(c, { target: targetOf(path, session.userName), detail: { asked } });
    return refusal(code, code, 'refused', params);
  });
}

/** What a question to `User:explainPermission` says beside the members that every record has. */
function askedOf(request: FastifyRequest, session: Session, endpoint: AnyEndpoint, now: number) {
  const { authMethod, authAgeSeconds, secondsSinceMfaReset } = subjectOf(session, now);
  return {
    pathVariables: textsOf(request.params as Values, Object.keys(endpoint.params.properties)),
    queryParameters: textsOf(request.query as Values, Object.keys(endpoint.query.properties)),
    authMethod,
    authAgeSeconds,
    ...(secondsSinceMfaReset !== undefined && { secondsSinceMfaReset }),
  };
}

/** SECURITY: only what the operation knows by name; anything else of an address may be a secret that was pasted. */
function textsOf(values: Values, names: readonly string[]): Record<string, string> {
  const known = names.filter((name) => typeof values[name] === 'string');
  return Object.fromEntries(known.map((name) => [name, oneLine(String(values[name]), maxLength)]));
}

/** As the record of the change would have named it; empty for the caller itself, and for what no path names. */
function targetOf(path: Readonly<Record<string, string>>, userName: string): string {
  const { user_name: user, role_id: role, auth_key_id: key, email_id: email, session_id: session, type } = path;
  return [
    user !== undefined && user !== userName && nameOf(user),
    role !== undefined && `role:${role}`,
    key,
    email !== undefined && `email:${email}`,
    session !== undefined && `session:${session}`,
    type !== undefined && `notification:${type}`,
  ]
    .filter(Boolean)
    .join(' ');
}
