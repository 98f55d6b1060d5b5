import { usualText } from '../policy/bench/shapes.ts';

/** What the measured SAM users call. */
const measured = 'User:getUserMFAStatus';

/** A SAM user's own permission: 20 statements × 5 patterns, of which one, with a condition, allows the measured call. */
export function ownPermission(seed: number): string {
  const { statements } = JSON.parse(usualText(seed)) as { statements: object[] };
  const ours = { effect: 'allow', api: [measured, 'User:getUser', 'User:list*', 'Role:get*', 'Role:list*'] };
  return JSON.stringify({ statements: [...statements.slice(0, 19), { ...ours, condition: ownName }] });
}

/** A role's: it denies something else. */
export function rolePermission(seed: number): string {
  const { statements } = JSON.parse(usualText(seed)) as { statements: object[] };
  return JSON.stringify({ statements: statements.slice(0, 5) });
}

/** What all users of the operator may. */
export function defaultPermission(): string {
  const statements = [
    { effect: 'allow', api: ['User:hasUserPassword', 'User:updateUserPassword'], condition: ownName },
    { effect: 'deny', api: ['User:delete*', 'Role:delete*'] },
  ];
  return JSON.stringify({ statements });
}

const ownName = "pathVariable('user_name') == samUserName";
