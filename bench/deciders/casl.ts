import { usualText } from '../../policy/bench/shapes.ts';
import type { Request } from '../../policy/src/index.ts';
import { library } from '../libraries.ts';
import { calls, expand, type Subject, scattered, statementsOf } from './subject.ts';

type Condition = (call: Request) => boolean;
type Rule = { action: string[]; subject: string; inverted: boolean; conditions?: Condition };
type Rules = { can(action: string, subject: object): boolean };
type Casl = {
  readonly Ability: new (rules: Rule[], options: object) => Rules;
  readonly subject: (type: string, value: object) => object;
};

/**
 * CASL on its fastest path: names written out instead of patterns, conditions as functions, built once. Its later rules
 * win, so those that deny come last.
 */
export async function casl(): Promise<Subject> {
  const { Ability, subject } = await library<Casl>('@casl/ability');
  const rules = statementsOf(usualText(0)).map(({ effect, api, condition }) => ({
    action: api.flatMap(expand),
    subject: 'Call',
    inverted: effect === 'deny',
    ...(condition !== undefined && { conditions: conditionOf(condition) }),
  }));
  const ordered = rules.toSorted((a, b) => Number(a.inverted) - Number(b.inverted));
  const ability = new Ability(ordered, { conditionsMatcher: (condition: Condition) => condition });
  const asked = calls.map((call) => ({ api: call.api, call: subject('Call', { ...call }) }));
  const can = (i: number) => {
    const one = asked[i] as (typeof asked)[number];
    return ability.can(one.api, one.call);
  };
  return {
    run: (i) => can(scattered(i) % asked.length),
    answers: () => asked.map((_, i) => can(i)),
  };
}

const conditions: Readonly<Record<string, Condition>> = {
  'currentDate >= date(2023, 02, 01)': ({ nowMs }) => nowMs >= Date.UTC(2023, 1, 1),
  "ipAddress('192.0.2.0/24', '10.0.0.0/8')": ({ sourceIp }) => /^(192\.0\.2|10\.\d+\.\d+)\.\d+$/.test(sourceIp ?? ''),
  "pathVariable('user_name') == samUserName": (call) => call.pathVariables['user_name'] === call.samUserName,
  'mfaAuthenticated and authAgeSeconds < 3600': (call) => call.mfaAuthenticated && (call.authAgeSeconds ?? 3600) < 3600,
  "httpMethod == 'GET' or currentTime < time(18, 00)": ({ httpMethod, nowMs }) =>
    httpMethod === 'GET' || nowMs % 86_400_000 < 18 * 3_600_000,
};

function conditionOf(text: string): Condition {
  const found = conditions[text];
  if (!found) throw new Error(`no counterpart of ${text}`);
  return found;
}
