import { setTimeout as delay } from 'node:timers/promises';
import { request, signIn } from '../../e2e/support/api.ts';
import type { Finding } from './finding.ts';
import type { Account } from './load.ts';
import { newShiftedClock, type ShiftedClock } from './shifted-clock.ts';
import { startTarget, type Target } from './target.ts';

const hour = 3_600_000;

type Step = {
  readonly fault: string;
  /** Where the clock goes before it is right again. */
  readonly offset: number;
  /** Whether the server is down when it is set right. */
  readonly isDown: boolean;
};

const steps: readonly Step[] = [
  { fault: 'an hour ahead, then back', offset: hour, isDown: false },
  { fault: 'an hour ahead, back while the server is down', offset: hour, isDown: true },
  { fault: 'an hour back, then right', offset: -hour, isDown: false },
];

type Scene = { readonly clock: ShiftedClock; readonly target: Target };

/** The clock of the server steps: what had expired must not come back, and what is new must work at once. */
export async function tryClock(rounds: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const step of steps) {
    console.error(`  ${step.fault} …`);
    const clock = newShiftedClock();
    const target = await startTarget({ env: clock.env });
    try {
      findings.push(await tryStep(step, rounds, { clock, target }));
    } finally {
      await target.stop();
      clock.remove();
    }
  }
  return findings;
}

async function tryStep({ fault, offset, isDown }: Step, rounds: number, { clock, target }: Scene): Promise<Finding> {
  const lost: string[] = [];
  let acknowledged = 0;
  const [account] = target.accounts as [Account];
  const expect = (isSo: boolean, otherwise: string) => {
    if (isSo) acknowledged++;
    else lost.push(otherwise);
  };
  const works = async (headers: Record<string, string>) =>
    (await request(target.url, 'GET', `/v1/operators/${account.operatorId}/mfa`, undefined, headers)).status === 200;
  for (let round = 0; round < rounds; round++) {
    const session = await enter(target.url, account);
    expect(await works(session), 'a new session does not work');
    clock.set(offset);
    await delay(betweenSteps);
    if (offset > 0) expect(!(await works(session)), 'an hour later a session of three minutes works');
    expect((await signIn(target.url, account)).status === 200, 'no sign-in after the step');
    if (isDown) await target.kill();
    clock.set(0);
    if (isDown) await target.restart();
    if (offset > 0) expect(!(await works(session)), 'a session that had expired is back');
    expect((await signIn(target.url, account)).status === 200, 'no sign-in after the correction');
  }
  const audit = (await target.command('audit', 'verify')).output;
  const note = `${offset > 0 ? 'what had expired stays expired; ' : ''}sign-ins work at once; ${audit}`;
  return { fault, rounds, acknowledged, lost, longestGap: undefined, slowest: undefined, note };
}

/** A server writes the time down every five seconds, for one that starts with another clock. */
const betweenSteps = 7000;

async function enter(url: string, { email, password }: Account): Promise<Record<string, string>> {
  const { json } = await request(url, 'POST', '/v1/auth', { email, password, tokenTimeoutSeconds: 180 });
  return { 'x-soracom-api-key': String(json['apiKey']), 'x-soracom-token': String(json['token']) };
}
