import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { ErrorCode } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * What guards, linters and built-in roles need to know of an operation, so that none of them lists names:
 * - `enrolment`, `root enrolment`, `sam enrolment`: allowed to whoever must enrol a factor before anything else (of the
 *   root user, of the SAM user in the path);
 * - `credentials`: gives or takes means of signing in of the user in the path;
 * - `lasting credential`: makes a password or an AuthKey, which outlives the session that asked for it;
 * - `ends sessions`: ends sessions beside the one that asks;
 * - `removes-mfa`: takes the second factor away from the user in the path;
 * - `own MFA`, `security management`, `audit`: belongs to the built-in role for it.
 */
export type Trait =
  | 'enrolment'
  | 'root enrolment'
  | 'sam enrolment'
  | 'credentials'
  | 'lasting credential'
  | 'ends sessions'
  | 'removes-mfa'
  | 'own MFA'
  | 'security management'
  | 'audit';

/** What travels over HTTP for one operation. Server and console share the same constant. */
export type Endpoint<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> = {
  readonly method: Method;
  /** Full path with `{name}` parameters. */
  readonly path: string;
  /** `Tag:operationId`; also what a permission statement names. */
  readonly operation: string;
  /** One sentence for the API pages. */
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Whether a body may be sent at all. */
  readonly hasBody: boolean;
  /** The body may be as large as a file; it is read for callers only whom the guard lets in. */
  readonly large: boolean;
  /** Existing clients send the body without its type. */
  readonly untyped: boolean;
  /** The body is a form, as OAuth 2.0 has it, and not JSON. */
  readonly form: boolean;
  readonly status: 200 | 201 | 202 | 204;
  readonly reply: R;
  readonly errors: readonly ErrorCode[];
  /** The answer differs by the age of the proof of the password: `MFA0004` asks for it. */
  readonly stepUp: boolean;
  /** Only for a session that a person opened with a password: AuthKey and switched sessions get `AUM0015` (R50, R64). */
  readonly personOnly: boolean;
  readonly traits: readonly Trait[];
  /** No operation of the reference: no existing client calls it, so what it does not know is refused. */
  readonly own: boolean;
  /** What the answer has beside the headers of all answers. */
  readonly headers: readonly AnswerHeader[];
};

/** Answer header with the members of a request that were ignored: an RFC 9651 list of names. */
export const ignoredHeader = 'warifu-ignored';

/**
 * Answer header with what the checks say of a document that was saved all the same: an RFC 9651 list of codes, each with
 * `line`, `column` and `severity`.
 */
export const findingsHeader = 'warifu-findings';

/**
 * Request header of who does something although somebody then gets in less well: without it `MFA0037` says what is lost.
 * Clients of the reference do not know it, so its operations ask it of the console only.
 */
export const confirmHeader = 'warifu-confirm';
export const noWayBack = 'no-way-back';

/** Answer headers that only some operations have. */
export type AnswerHeader = 'etag' | 'warifu-findings' | 'warifu-receipt' | 'x-soracom-next-key';

/** A request or reply object that refuses members it does not know; with a name that clients know its type by. */
export function closed<T extends Record<string, TSchema>>(properties: T, title?: string) {
  return Type.Object(properties, { additionalProperties: false, ...(title !== undefined && { title }) });
}

/** One of some words. As `enum`, which generated clients read; a union of constants makes each a type of its own. */
export function oneOf<const T extends string[]>(...words: T) {
  return Type.Enum<T>(words, { type: 'string' });
}

export const nothing = closed({});
/** An empty body or reply: no bytes at all. */
export const empty = Type.Unsafe<undefined>(Type.Object({}, { additionalProperties: false }));

type Definition<P extends TObject, Q extends TObject, B extends TSchema, R extends TSchema> = {
  method: Method;
  path: string;
  operation: string;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  large?: boolean;
  untyped?: boolean;
  form?: boolean;
  status: 200 | 201 | 202 | 204;
  reply?: R;
  errors?: readonly ErrorCode[];
  stepUp?: boolean;
  personOnly?: boolean;
  traits?: readonly Trait[];
  own?: boolean;
  headers?: readonly AnswerHeader[];
};

/** Codes that any operation may answer with. */
export const commonErrors = [
  'AUM0019',
  'AUM0061',
  'COM0001',
  'COM0003',
  'COM0403',
  'COM0404',
  'COM0413',
  'COM0415',
  'COM0421',
  'COM0429',
  'COM0503',
  'MFA0008',
  'MFA0037',
] as const;

/** Defines an operation; what is left out is empty. */
export function endpoint<
  P extends TObject = typeof nothing,
  Q extends TObject = typeof nothing,
  B extends TSchema = typeof empty,
  R extends TSchema = typeof empty,
>(definition: Definition<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return {
    method: definition.method,
    path: definition.path,
    operation: definition.operation,
    summary: definition.summary,
    params: definition.params ?? (nothing as unknown as P),
    query: definition.query ?? (nothing as unknown as Q),
    body: definition.body ?? (empty as unknown as B),
    hasBody: definition.body !== undefined,
    large: definition.large ?? false,
    untyped: definition.untyped ?? false,
    form: definition.form ?? false,
    status: definition.status,
    reply: definition.reply ?? (empty as unknown as R),
    errors: [
      ...(definition.errors ?? []),
      ...(definition.stepUp ? (['MFA0004'] as const) : []),
      ...(needsPerson(definition) ? (['AUM0015'] as const) : []),
    ],
    stepUp: definition.stepUp ?? false,
    personOnly: definition.personOnly ?? false,
    traits: definition.traits ?? [],
    own: definition.own ?? false,
    headers: definition.headers ?? [],
  };
}

/** Always, or for the session's own user (see `Trait`). */
function needsPerson({ personOnly, traits = [] }: { personOnly?: boolean; traits?: readonly Trait[] }): boolean {
  return personOnly === true || traits.includes('lasting credential') || traits.includes('ends sessions');
}

export type AnyEndpoint = Endpoint<TObject, TObject, TSchema, TSchema>;

/** Who may call an operation at all; only `permission` is a matter of permissions. */
export type Access = 'anyone' | 'signed in' | 'root' | 'permission' | 'gate key';

/** As an operation declares it by the refusals that it may answer with; a test holds it against the server's guards. */
export function accessOf({ errors }: Pick<AnyEndpoint, 'errors'>): Access {
  if (errors.includes('AUM0017')) return 'permission';
  if (errors.includes('AUM0016') || errors.includes('AUM0052')) return 'root';
  if (errors.includes('AUM0060')) return 'gate key';
  return errors.includes('AUM0001') ? 'signed in' : 'anyone';
}

export type ParamsOf<E extends AnyEndpoint> = Static<E['params']>;
export type QueryOf<E extends AnyEndpoint> = Static<E['query']>;
export type BodyOf<E extends AnyEndpoint> = Static<E['body']>;
export type ReplyOf<E extends AnyEndpoint> = Static<E['reply']>;
