import { type AnyEndpoint, storedName } from '@warifu/contract';
import type { Request } from '@warifu/policy';
import type { Context } from '../context.ts';

/** Who calls, and how it proved itself. */
export type Subject = {
  readonly operatorId: string;
  /** Empty for a root user. */
  readonly userName: string;
  readonly authMethod: Request['authMethod'];
  readonly mfaAuthenticated: boolean;
  /** Whole seconds since the password (or key) was proved. */
  readonly authAgeSeconds: number;
  /** Whole seconds; undefined when MFA was never reset. */
  readonly secondsSinceMfaReset: number | undefined;
};

/** What is called. */
export type Called = {
  readonly endpoint: Pick<AnyEndpoint, 'operation' | 'path'> & { readonly method: string };
  /** Of an operation of another server; of our own, it is that of the operation. */
  readonly requestPath?: string;
  readonly pathVariables: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string | readonly string[]>>;
  readonly sourceIp: string | null;
  /** Instant in milliseconds. */
  readonly at: number;
};

/**
 * The facts of a call as conditions see them: the one builder for the guard, trust policies, explanations and the
 * simulator. They come from the matched operation, never from the spelling of the path (R60).
 */
export function factsOf(ctx: Context, subject: Subject, called: Called): Request {
  const { endpoint } = called;
  const pathVariables = composed(called.pathVariables);
  return {
    api: endpoint.operation,
    httpMethod: endpoint.method,
    requestPath: called.requestPath ?? fill(endpoint.path, pathVariables),
    pathVariables,
    queryParameters: composed(called.queryParameters),
    nowMs: called.at,
    timeZone: ctx.config.timeZone,
    sourceIp: called.sourceIp,
    samUserName: subject.userName === '' ? null : subject.userName,
    operatorId: subject.operatorId,
    mfaAuthenticated: subject.mfaAuthenticated,
    authMethod: subject.authMethod,
    authAgeSeconds: subject.authAgeSeconds,
    secondsSinceMfaReset: subject.secondsSinceMfaReset ?? never,
  };
}

type Values = Readonly<Record<string, string | readonly string[]>>;

/** Values as names are kept, and as the texts of conditions are read: in Unicode NFC (decision 0021). */
export function composed<V extends Values>(values: V): V {
  for (const name in values) if (!isAscii.test(String(values[name]))) return compose(values);
  return values;
}

/** Which is composed already; nearly all values are. */
const isAscii = /^\p{ASCII}*$/u;

function compose<V extends Values>(values: V): V {
  const entries = Object.entries(values).map(([name, value]) => {
    return [name, typeof value === 'string' ? storedName(value) : value.map(storedName)];
  });
  return Object.fromEntries(entries) as V;
}

type SessionFacts = {
  readonly operatorId: string;
  readonly userName: string;
  readonly authMethod: Request['authMethod'];
  readonly mfaAuthenticated: boolean;
  readonly provedAt: number;
  readonly mfaResetAt: number | undefined;
};

/** The subject of a session, at an instant. */
export function subjectOf(session: SessionFacts, now: number): Subject {
  return {
    operatorId: session.operatorId,
    userName: session.userName,
    authMethod: session.authMethod,
    mfaAuthenticated: session.mfaAuthenticated,
    authAgeSeconds: secondsSince(session.provedAt, now),
    secondsSinceMfaReset: session.mfaResetAt === undefined ? undefined : secondsSince(session.mfaResetAt, now),
  };
}

/** Never negative: a clock that was set back has not made a proof happen in the future. */
function secondsSince(instant: number, now: number): number {
  return Math.max(0, Math.floor((now - instant) / 1000));
}

const never = Number.MAX_SAFE_INTEGER;

/** Texts and names of a template in turn; every call of an operation fills the same one. */
const templates = new Map<string, readonly string[]>();
/** There are as many as operations of this server; those of imported catalogues must not fill the memory. */
const mostTemplates = 1000;

function fill(path: string, pathVariables: Readonly<Record<string, string>>): string {
  let pieces = templates.get(path);
  if (!pieces) {
    pieces = path.split(/\{([^{}]+)\}/);
    if (templates.size < mostTemplates) templates.set(path, pieces);
  }
  let filled = pieces[0] as string;
  for (let i = 1; i < pieces.length; i += 2) filled += own(pathVariables, pieces[i] as string) + pieces[i + 1];
  return filled;
}

function own(values: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(values, name) ? (values[name] ?? '') : '';
}
