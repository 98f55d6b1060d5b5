import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request, signIn } from '../../e2e/support/api.ts';
import type { Finding } from './finding.ts';
import { startTarget } from './target.ts';

const hour = 3600;

/** The clock of the server steps: what had expired must not come back, and what is new must work at once. */
export async function tryClock(rounds: number): Promise<Finding[]> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
  const row = { rounds, acknowledged: rounds, longestGap: undefined, slowest: undefined };
  const fault = 'clock 1 h ahead, then back';
  if (library === undefined) {
    return [{ ...row, rounds: 0, fault, lost: [], note: 'not tried: libfaketime is missing' }];
  }
  const folder = mkdtempSync(join(tmpdir(), 'warifu-clock-'));
  const file = join(folder, 'offset');
  const step = async (seconds: number) => {
    writeFileSync(file, `+${seconds}`);
    await delay(1500);
  };
  await step(0);
  // Timers go on as they do when a real clock is set.
  const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' };
  const target = await startTarget({ env });
  const lost: string[] = [];
  try {
    const [account] = target.accounts;
    if (!account) throw new Error('no account');
    const statusOf = async (headers: Record<string, string>) =>
      (await request(target.url, 'GET', `/v1/operators/${account.operatorId}/mfa`, undefined, headers)).status;
    const enter = async () => {
      const body = { email: account.email, password: account.password, tokenTimeoutSeconds: 180 };
      const { json } = await request(target.url, 'POST', '/v1/auth', body);
      return { 'x-soracom-api-key': String(json['apiKey']), 'x-soracom-token': String(json['token']) };
    };
    for (let round = 0; round < rounds; round++) {
      const before = await enter();
      if ((await statusOf(before)) !== 200) lost.push('a new session does not work');
      await step(hour);
      if ((await statusOf(before)) !== 401) lost.push('an hour later a session of three minutes works');
      await step(0);
      if ((await statusOf(before)) === 200) lost.push('a session that had expired is back');
      const answer = await signIn(target.url, account);
      if (answer.status !== 200) lost.push(`no sign-in after the correction: ${answer.status}`);
    }
    return [{ ...row, fault, lost, note: 'an expired session stays expired; a new one works at once' }];
  } finally {
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
