import type { Context } from '../../context.ts';
import { assertionOf } from '../../crypto/api-token.ts';
import { preparedRead, type Soon, whenThere } from '../../db/reads.ts';
import { rootId } from '../../db/schema.ts';
import { limits } from '../../limits.ts';
import { identityOf } from '../../sessions/identity.ts';
import type { Session } from '../../sessions/live.ts';

/** What a guarded program is told of who calls. */
type Fact = 'user' | 'name' | 'email' | 'groups' | 'uid';
type Preset = Context['config']['gateHeaders'];

/** The names that programs know such headers by: Authelia's, oauth2-proxy's two kinds, authentik's and Ory's. */
const presets: Readonly<Record<Preset, Readonly<Record<string, Fact>>>> = {
  remote: { 'Remote-User': 'user', 'Remote-Name': 'name', 'Remote-Email': 'email', 'Remote-Groups': 'groups' },
  'x-auth-request': {
    'X-Auth-Request-User': 'user',
    'X-Auth-Request-Email': 'email',
    'X-Auth-Request-Groups': 'groups',
    'X-Auth-Request-Preferred-Username': 'name',
  },
  'x-forwarded': { 'X-Forwarded-User': 'user', 'X-Forwarded-Email': 'email', 'X-Forwarded-Groups': 'groups' },
  authentik: {
    'X-authentik-username': 'user',
    'X-authentik-groups': 'groups',
    'X-authentik-email': 'email',
    'X-authentik-name': 'name',
    'X-authentik-uid': 'uid',
  },
  oathkeeper: { 'X-User': 'user' },
};

/** The headers beside those of a preset. */
const always = ['X-Warifu-Operator', 'X-Warifu-MFA', 'X-Warifu-Jwt'] as const;

/** Every header that tells who calls; a proxy must overwrite each of them. */
export function headerNames(preset: Preset): string[] {
  return [...Object.keys(presets[preset]), ...always];
}

/** The headers of all presets: whatever a server is set to, no client may bring one. */
export function everyHeaderName(): string[] {
  return [...new Set(Object.values(presets).flatMap((names) => Object.keys(names))), ...always];
}

/**
 * The headers of an allowed call. SECURITY: each is there, empty when nothing is known, as a proxy lets one by that the
 * client sent where the gate sends none.
 * @param host of the guarded program, for which the assertion is made
 */
export function identityHeaders(ctx: Context, session: Session, host: string): Soon<Headers> {
  const { operatorId, userId, userName } = session;
  const preset = ctx.config.gateHeaders;
  const groups = tells(preset, 'groups') && userName !== '' ? groupsOf(ctx.db, operatorId, userId) : none;
  return whenThere(groups, (roles) => {
    const email = tells(preset, 'email') ? emailOf(ctx.db, operatorId, userId) : '';
    return whenThere(email, (address) => keptHeadersOf(ctx, session, { host, roles, address }));
  });
}

const none: readonly string[] = [];

function tells(preset: Preset, fact: Fact): boolean {
  return Object.values(presets[preset]).includes(fact);
}

type Known = { readonly host: string; readonly roles: readonly string[]; readonly address: string };
type Headers = Record<string, string>;

/** What was told of a session last, as it was read. */
const kept = new WeakMap<Session, Known & { readonly at: number; readonly headers: Headers }>();
/** Milliseconds for which the same is told again. */
const toldAgain = 1_000;

function keptHeadersOf(ctx: Context, session: Session, known: Known): Headers {
  const now = ctx.now();
  const last = kept.get(session);
  const isSame = last && last.host === known.host && last.roles === known.roles && last.address === known.address;
  // A clock that was set back has told nothing in the future.
  if (isSame && now >= last.at && now - last.at < toldAgain) return last.headers;
  const headers = headersOf(ctx, session, known, now);
  kept.set(session, { ...known, at: now, headers });
  return headers;
}

function headersOf(ctx: Context, session: Session, { host, roles, address }: Known, now: number): Headers {
  const { operatorId, userName } = session;
  const identity = identityOf(session, now);
  const separator = ctx.config.gateHeaders === 'authentik' ? '|' : ',';
  const facts: Readonly<Record<Fact, string>> = {
    // Names are unique within an operator only.
    user: headerText(userName === '' ? operatorId : `${operatorId}/${userName}`),
    name: headerText(userName),
    email: headerText(address),
    groups: roles.map(headerText).join(separator),
    uid: headerText(identity.principal),
  };
  const claims = {
    iss: ctx.config.baseUrl,
    sub: identity.principal,
    aud: host,
    sid: identity.sessionId,
    amr: identity.amr,
    auth_time: Math.floor(identity.authTime / 1000),
    operator_id: operatorId,
    user_name: userName,
  };
  const headers: Headers = {};
  const names = presets[ctx.config.gateHeaders];
  for (const name in names) headers[name] = facts[names[name] as Fact];
  headers['X-Warifu-Operator'] = operatorId;
  headers['X-Warifu-MFA'] = String(identity.mfaAuthenticated);
  headers['X-Warifu-Jwt'] = assertionOf(ctx.keys, claims, now, limits.gate.assertionLife);
  return headers;
}

/**
 * A text as it may stand in a header: what is no printable ASCII, what separates the members of a list, and `%` itself
 * are percent-encoded UTF-8 (RFC 3986 §2.1), which `decodeURIComponent` gives back.
 */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]+|[%,|]/gu, encodeURIComponent);
}

const groupsOf = preparedRead(
  (db, operatorId, userId) =>
    db
      .selectFrom('user_roles')
      .select('role_id')
      .where('operator_id', '=', operatorId)
      .where('user_id', '=', userId)
      .orderBy('role_id'),
  (rows) => rows.map(({ role_id }) => role_id),
);

/** The verified address of a SAM user; of the root user's the one that it signs in with. */
const emailOf = preparedRead(
  (db, operatorId, userId) =>
    db
      .selectFrom('emails')
      .innerJoin('operators', 'operators.operator_id', 'emails.operator_id')
      .select('emails.email')
      .where('emails.operator_id', '=', operatorId)
      .where('emails.user_id', '=', userId)
      .where('emails.verified_at', 'is not', null)
      .where((eb) =>
        eb.or([eb('emails.user_id', '!=', rootId), eb('emails.email_id', '=', eb.ref('operators.primary_email_id'))]),
      ),
  ([row]) => row?.email ?? '',
);
