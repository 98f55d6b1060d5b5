import { usualText } from '../../policy/bench/shapes.ts';
import { library } from '../libraries.ts';
import { calls, type Subject, scattered, statementsOf } from './subject.ts';

type Enforcer = {
  addPolicies(policies: string[][]): Promise<boolean>;
  enforceSync(call: object, operation: string): boolean;
};
type Casbin = {
  readonly newModelFromString: (text: string) => object;
  readonly newEnforcer: (model: object) => Promise<Enforcer>;
};

const model = `
[request_definition]
r = call, act
[policy_definition]
p = act, cond, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = keyMatch(r.act, p.act) && eval(p.cond)
`;

/** casbin with its synchronous enforcer; its own functions match patterns and networks. */
export async function casbin(): Promise<Subject> {
  const { newEnforcer, newModelFromString } = await library<Casbin>('casbin');
  const enforcer = await newEnforcer(newModelFromString(model));
  const policies = statementsOf(usualText(0)).flatMap(({ effect, api, condition }) =>
    api.map((pattern) => [pattern, expressionOf(condition), effect]),
  );
  await enforcer.addPolicies(policies);
  const asked = calls.map((call) => ({
    ...call,
    userName: call.pathVariables['user_name'],
    msOfDay: call.nowMs % 86_400_000,
  }));
  const can = (i: number) => {
    const one = asked[i] as (typeof asked)[number];
    return enforcer.enforceSync(one, one.api);
  };
  return {
    run: (i) => can(scattered(i) % asked.length),
    answers: () => asked.map((_, i) => can(i)),
  };
}

const expressions: Readonly<Record<string, string>> = {
  '': 'true',
  'currentDate >= date(2023, 02, 01)': `r.call.nowMs >= ${Date.UTC(2023, 1, 1)}`,
  "ipAddress('192.0.2.0/24', '10.0.0.0/8')":
    'ipMatch(r.call.sourceIp, "192.0.2.0/24") || ipMatch(r.call.sourceIp, "10.0.0.0/8")',
  "pathVariable('user_name') == samUserName": 'r.call.userName == r.call.samUserName',
  'mfaAuthenticated and authAgeSeconds < 3600': 'r.call.mfaAuthenticated && r.call.authAgeSeconds < 3600',
  "httpMethod == 'GET' or currentTime < time(18, 00)": `r.call.httpMethod == "GET" || r.call.msOfDay < ${18 * 3_600_000}`,
};

function expressionOf(condition = ''): string {
  const found = expressions[condition];
  if (found === undefined) throw new Error(`no counterpart of ${condition}`);
  return found;
}
