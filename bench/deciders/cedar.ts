import { usualText } from '../../policy/bench/shapes.ts';
import { library } from '../libraries.ts';
import { calls, expand, type Statement, type Subject, scattered, statementsOf } from './subject.ts';

type Entity = { readonly type: string; readonly id: string };
type Question = {
  readonly principal: Entity;
  readonly action: Entity;
  readonly resource: Entity;
  readonly context: object;
  readonly preparsedPolicySetId: string;
  readonly validateRequest: boolean;
  readonly entities: readonly object[];
};
type Cedar = {
  readonly preparsePolicySet: (id: string, policies: { staticPolicies: string }) => { type: string };
  readonly statefulIsAuthorized: (question: Question) => { type: string; response?: { decision: string } };
};

/** cedar-wasm with policies that were parsed before, and names written out instead of patterns. */
export async function cedar(): Promise<Subject> {
  const { preparsePolicySet, statefulIsAuthorized } = await library<Cedar>('@cedar-policy/cedar-wasm/nodejs');
  const parsed = preparsePolicySet('usual', { staticPolicies: statementsOf(usualText(0)).map(policyOf).join('\n') });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  const asked = calls.map((call): Question => {
    const { nowMs, sourceIp, samUserName, mfaAuthenticated, authAgeSeconds, httpMethod, pathVariables } = call;
    const own = { userName: pathVariables['user_name'], msOfDay: nowMs % 86_400_000 };
    return {
      principal: { type: 'User', id: 'taro' },
      action: { type: 'Action', id: call.api },
      resource: { type: 'Thing', id: 'any' },
      context: { nowMs, sourceIp, samUserName, mfaAuthenticated, authAgeSeconds, httpMethod, ...own },
      preparsedPolicySetId: 'usual',
      validateRequest: false,
      entities: [],
    };
  });
  const can = (i: number) => {
    const { type, response } = statefulIsAuthorized(asked[i] as Question);
    if (type !== 'success') throw new Error('not decided');
    return response?.decision === 'allow';
  };
  return {
    run: (i) => can(scattered(i) % asked.length),
    answers: () => asked.map((_, i) => can(i)),
  };
}

function policyOf({ effect, api, condition = '' }: Statement): string {
  const actions = api.flatMap(expand).map((name) => `Action::"${name}"`);
  const expression = expressions[condition];
  if (expression === undefined) throw new Error(`no counterpart of ${condition}`);
  const verb = effect === 'allow' ? 'permit' : 'forbid';
  return `${verb}(principal, action in [${actions.join(', ')}], resource) when { ${expression} };`;
}

const expressions: Readonly<Record<string, string>> = {
  '': 'true',
  'currentDate >= date(2023, 02, 01)': `context.nowMs >= ${Date.UTC(2023, 1, 1)}`,
  "ipAddress('192.0.2.0/24', '10.0.0.0/8')":
    'ip(context.sourceIp).isInRange(ip("192.0.2.0/24")) || ip(context.sourceIp).isInRange(ip("10.0.0.0/8"))',
  "pathVariable('user_name') == samUserName": 'context.userName == context.samUserName',
  'mfaAuthenticated and authAgeSeconds < 3600': 'context.mfaAuthenticated && context.authAgeSeconds < 3600',
  "httpMethod == 'GET' or currentTime < time(18, 00)": `context.httpMethod == "GET" || context.msOfDay < ${18 * 3_600_000}`,
};
