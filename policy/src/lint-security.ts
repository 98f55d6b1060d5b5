import type { Pattern, PermissionDocument, Statement } from './ast.ts';
import { clauseOf } from './clause.ts';
import { readCondition } from './condition-parser.ts';
import { addCondition } from './edit.ts';
import { implies } from './implication.ts';
import type { Note } from './note.ts';
import { matchesPattern } from './pattern.ts';

const OWN_CONDITION = "pathVariable('user_name') == samUserName";

const OWN = clauseOf(readCondition(OWN_CONDITION), true);

const REVOKE_MFA = 'User:revokeUserMFA';

/** Operations on a SAM user's own means of signing in: allowed without a condition they reach every SAM user. */
const OWN_USER_OPERATIONS = [
  'User:createUserPassword',
  'User:updateUserPassword',
  'User:deleteUserPassword',
  'User:enableUserMFA',
  'User:verifyUserMFA',
  'User:generateUserAuthKey',
  'User:deleteUserAuthKey',
  'User:revokeUserAuthTokens',
];

/** Statements that allow more than most writers mean. Linear. */
export function lintSecurity({ statements, text }: PermissionDocument): Note[] {
  const denied = (name: string): boolean =>
    statements.some((s) => s.effect === 'deny' && s.condition === null && matchOf(s, name) !== undefined);
  const reachable = [REVOKE_MFA, ...OWN_USER_OPERATIONS].filter((name) => !denied(name));
  return statements.filter(({ effect }) => effect === 'allow').flatMap((s) => lintAllow(s, text, reachable));
}

function lintAllow(statement: Statement, text: string, reachable: readonly string[]): Note[] {
  const fix = statement.condition === null ? addCondition(text, statement, OWN_CONDITION) : null;
  const everything = statement.api.find((pattern) => /^\*+$/.test(pattern.text));
  if (everything !== undefined && statement.condition === null) {
    return [{ severity: 'security', code: 'LINT_ALLOW_ALL', range: everything, params: {}, fix: null }];
  }
  if (isOwnOnly(statement)) return [];
  const notes: Note[] = [];
  const add = (code: Note['code'], names: readonly string[]): void => {
    const [first] = names;
    if (first === undefined) return;
    const range = matchOf(statement, first) as Pattern;
    notes.push({ severity: 'security', code, range, params: { operations: names }, fix });
  };
  const met = reachable.filter((name) => matchOf(statement, name) !== undefined);
  add(
    'LINT_MFA_OF_OTHERS',
    met.filter((name) => name === REVOKE_MFA),
  );
  if (statement.condition === null)
    add(
      'LINT_OWN_USER',
      met.filter((name) => name !== REVOKE_MFA),
    );
  return notes;
}

function matchOf({ api }: Statement, name: string): Pattern | undefined {
  return api.find(({ text }) => matchesPattern(text, name));
}

/** Whether the condition is true only for calls about the caller itself. */
function isOwnOnly({ condition }: Statement): boolean {
  if (condition === null) return false;
  return implies(clauseOf(condition.expression, true), OWN, { steps: 10_000 });
}
