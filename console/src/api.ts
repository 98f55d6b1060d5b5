import type { AnyEndpoint, BodyOf, ParamsOf, QueryOf, ReplyOf } from '@warifu/contract';
import { confirmHeader, nextKeyHeader, noWayBack, receiptHeader, stepUp } from '@warifu/contract';
import { type Failure, factsOf, failure, gaveUp } from './failure.ts';
import { currentLanguage } from './language.ts';
import { type Receipt, readReceipt } from './receipt.ts';

/** Path parameters, query and body in one object: their names never clash within an operation. */
type InputOf<E extends AnyEndpoint> = ParamsOf<E> & QueryOf<E> & (BodyOf<E> extends undefined ? unknown : BodyOf<E>);
export type Answer<E extends AnyEndpoint> = {
  reply: ReplyOf<E>;
  receipt: Receipt;
  /** Where the next page of a list begins, when there is one. */
  nextKey: string | undefined;
  /** The tag of what was read, for a change of it. */
  tag: string | undefined;
};

type Conditions = {
  /** Only if what is changed still has this tag, else COM0412. */
  ifMatch?: string | undefined;
  /** What is lost by this call comes back with the next one, and needs no question (MFA0037). */
  passing?: boolean;
};

type Hooks = {
  /** Asks the person to prove the password again; false when they close the dialog. */
  confirmIdentity: () => Promise<boolean>;
  /** Somebody would get in less well after the call. False when the person does not want that. */
  confirmLoss: (loss: Failure) => Promise<boolean>;
  /** Another tab may have signed in anew: asks who is signed in. True when it is still the same person. */
  sessionReplaced: () => Promise<boolean>;
  /** The server no longer knows this session: asks to sign in again, here. True when the same person did. */
  sessionEnded: () => Promise<boolean>;
  /** Nothing else is possible until this user enables MFA. */
  mustEnrol: () => void;
  /** The server saw this session just now. */
  sessionUsed: () => void;
};

let hooks: Partial<Hooks> = {};
let csrfToken: string | undefined;
let clockOffset = 0;

/** Lets the signed-in frame take part in every call. */
export function connectSession(wanted: Hooks) {
  hooks = wanted;
}

/** The token that every write of a signed-in page carries; it lives in memory only. */
export function keepCsrfToken(token: string) {
  csrfToken = token;
}

/** How far this device's clock is ahead of the server's, in milliseconds, from the last answer's `Date`. */
export function deviceClockOffset(): number {
  return clockOffset;
}

/**
 * Calls one operation of the contract. Throws a `Failure` for every answer but the declared one. When the server wants
 * the password again (MFA0004), or the session is over, the person is asked, and the call is repeated once: what was
 * typed stays. So it is when a way back in would be lost (MFA0037).
 */
export async function call<E extends AnyEndpoint>(
  endpoint: E,
  input: InputOf<E>,
  conditions: Conditions = {},
): Promise<Answer<E>> {
  let response = await send(endpoint, input, conditions);
  let problem = await problemOf(response);
  if (problem && (await isWorthRepeating(endpoint, problem))) {
    response = await send(endpoint, input, conditions);
    problem = await problemOf(response);
  }
  if (problem?.code === 'MFA0037' && hooks.confirmLoss) {
    if (!(await hooks.confirmLoss(problem))) throw failure({ code: gaveUp, status: 409 });
    response = await send(endpoint, input, conditions, true);
    problem = await problemOf(response);
  }
  if (problem?.code === 'MFA0008') hooks.mustEnrol?.();
  if (problem) throw problem;
  hooks.sessionUsed?.();
  return {
    reply: (await replyOf(response)) as ReplyOf<E>,
    receipt: readReceipt(response.headers.get(receiptHeader)),
    nextKey: response.headers.get(nextKeyHeader) ?? undefined,
    // A proxy that compresses answers calls the tag weak, and weak ones never fit; it is the same tag.
    tag: response.headers.get('etag')?.replace(/^W\//, ''),
  };
}

async function isWorthRepeating(endpoint: AnyEndpoint, { code }: Failure): Promise<boolean> {
  if (code === 'COM0403' && hooks.sessionReplaced) return hooks.sessionReplaced();
  // Signing in proves what a step-up would: with its code used, that one could only fail.
  if (code === 'AUM0001' && hooks.sessionEnded) {
    return (await hooks.sessionEnded()) && endpoint.operation !== stepUp.operation;
  }
  if (code !== 'MFA0004' || !hooks.confirmIdentity) return false;
  if (await hooks.confirmIdentity()) return true;
  throw failure({ code: gaveUp, status: 403 });
}

async function send<E extends AnyEndpoint>(
  endpoint: E,
  input: InputOf<E>,
  { ifMatch, passing }: Conditions,
  confirmed = passing,
): Promise<Response> {
  const rest: Record<string, unknown> = { ...(input as Record<string, unknown>) };
  const path = fillPath(endpoint.path, rest);
  const query = endpoint.method === 'GET' ? queryString(rest) : '';
  const body = endpoint.hasBody ? JSON.stringify(rest) : undefined;
  try {
    const response = await fetch(path + query, {
      method: endpoint.method,
      headers: {
        ...headersFor(endpoint),
        ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
        ...(confirmed && { [confirmHeader]: noWayBack }),
      },
      credentials: 'same-origin',
      cache: 'no-store',
      ...(body === undefined ? {} : { body }),
    });
    noteClock(response);
    return response;
  } catch {
    throw failure({ code: 'OFFLINE', status: 0 });
  }
}

/** Moves the values of `{name}` from the input into the path. */
function fillPath(path: string, rest: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
}

function queryString(rest: Record<string, unknown>): string {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function headersFor(endpoint: AnyEndpoint): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Soracom-Lang': currentLanguage() };
  // Writes say that they are JSON even without a body: a form of another site could not (R55).
  if (endpoint.method !== 'GET') headers['Content-Type'] = 'application/json';
  if (endpoint.method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken;
  return headers;
}

function noteClock(response: Response) {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) clockOffset = Date.now() - date;
}

async function replyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function problemOf(response: Response) {
  if (response.ok) return undefined;
  const text = await response.text();
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  const textOf = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
  return failure({
    code: textOf('code') || 'HTTP',
    status: response.status,
    requestId: textOf('requestId') || (response.headers.get('x-request-id') ?? ''),
    retryAt: retryAt(response.headers.get('retry-after')),
    facts: factsOf(body),
    message: textOf('message'),
  });
}

function retryAt(header: string | null): number | undefined {
  if (header === null) return undefined;
  const at = /^\d+$/.test(header) ? Date.now() + Number(header) * 1000 : Date.parse(header);
  return Number.isNaN(at) ? undefined : at;
}
