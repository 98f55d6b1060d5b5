import type { explainPermission, ReplyOf } from '@warifu/contract';

/** Why a call would be refused: for want of a permission, because it is the root user's alone, in such a session, or so soon after a reset. */
export type Refusal = 'permission' | 'root' | 'session' | 'quarantine';

/** What stands in an operation's path: `user_name`, `role_id`. */
export type PathValues = Readonly<Record<string, string>>;

export type Explained = ReplyOf<typeof explainPermission>;

/**
 * Reads an explanation. Undefined where the call is allowed, or would be after proving the password again, and where that is not known beforehand: a condition that
 * failed for want of what `path` would say tells nothing.
 * @param names of the `{name}`s in the operation's path
 */
export function refusalOf(
  { decision, settledBy, statements }: Explained,
  names: readonly string[],
  values: PathValues,
): Refusal | undefined {
  if (decision === 'allow' || settledBy === 'enrolment' || settledBy === 'proof') return undefined;
  if (settledBy === 'session' || settledBy === 'quarantine') return settledBy;
  if (settledBy === 'access') return 'root';
  const open = statements.some(({ api, condition }) => condition?.value === 'fails' && api.some((a) => a.matched));
  return open && !isComplete(names, values) ? undefined : 'permission';
}

function isComplete(names: readonly string[], values: PathValues): boolean {
  return names.every((name) => name === 'operator_id' || name in values);
}

/** The `{name}`s of a path. */
export function namesIn(path: string): string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
}

/** What decided: a rule about statements, or that they do not matter for this operation, session or user. */
export function ruleOf({ access, settledBy, rule }: Explained) {
  if (settledBy !== 'access' && settledBy !== 'permission') return settledBy;
  if (access === 'root' || access === 'anyone') return access;
  return access === 'permission' ? rule : 'signedIn';
}
