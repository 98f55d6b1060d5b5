import { endpoints } from '@warifu/contract';
import type { Pick } from './random.ts';

/** Conditions that ask for every name of the language, as users of `permissions-agreement.test.ts` meet them. */
export const atoms = [
  'currentDate >= date(2026, 11, 23)',
  'currentTime < time(14, 30)',
  'currentDateTime >= dateTime(2026, 11, 22, 18, 0)',
  "currentDayOfWeek in ['SUN', 'WED']",
  "samUserName == 'key'",
  "samUserName like 's*'",
  "samUserName in ['plain', 'service']",
  "operatorId like 'OP*5'",
  "api like 'User:*'",
  "api != 'User:getUser'",
  "httpMethod == 'GET'",
  "requestPath like '*/users/plain*'",
  "requestPath like '*/roles/田 *'",
  "sourceIp == '10.1.2.3'",
  'mfaAuthenticated',
  "authMethod in ['authKey', 'switchUser']",
  "authMethod == 'password+totp'",
  'authAgeSeconds < 3600',
  'secondsSinceMfaReset < 86400',
  "ipAddress('10.0.0.0/8', '2001:db8::/32')",
  "pathVariable('user_name') == samUserName",
  "pathVariable('user_name') == 'plain'",
  "pathVariable('role_id') like 'r*'",
  "pathVariable('constructor') == 'x'",
  "queryParameter('limit') == '5'",
  "queryParameter('owner') in ['all', 'operator']",
];
const patterns = [
  '*',
  '*',
  'User:*',
  'User:get*',
  '*:list*',
  'Role:*',
  'User:*MFA*',
  'Auth:*',
  'User:generateUserAuthKey',
];

/** A condition of one to three of them. */
export function randomCondition(pick: Pick): string {
  const atom = () => (pick([true, true, true, false]) ? pick(atoms) : `not (${pick(atoms)})`);
  return pick([() => atom(), () => `${atom()} and ${atom()}`, () => `(${atom()} or ${atom()}) and ${atom()}`])();
}

/** A permission of up to three statements, or none. */
export function randomPermission(pick: Pick): string {
  if (pick([true, false, false])) return '';
  const statements = Array.from({ length: pick([1, 1, 2, 3]) }, () => ({
    effect: pick(['allow', 'allow', 'allow', 'deny']),
    api: [pick(patterns), pick(endpoints).operation],
    ...(pick([true, true, false]) && { condition: randomCondition(pick) }),
  }));
  return JSON.stringify({ statements });
}
