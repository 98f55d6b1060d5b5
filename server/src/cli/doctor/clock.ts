import { spawnSync } from 'node:child_process';
import type { Context } from '../../context.ts';
import { databaseTime, isForOneServer } from '../../db/database.ts';
import { stateOf } from '../../db/state.ts';
import { limits } from '../../limits.ts';
import type { Presence } from '../../presence.ts';
import { type Finding, failure, ok, span, warning } from './finding.ts';

const setIt = 'Set the clock, and let the system keep it: timedatectl set-ntp true';

/** This machine's clock beside the database's, the latest time that a server saw, and those of the running servers. */
export async function checkClock(ctx: Context, servers: readonly Presence[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const compare = (who: string, ahead: number) => {
    if (Math.abs(ahead) <= limits.clock.apart) return;
    const where = ahead > 0 ? 'ahead of' : 'behind';
    findings.push(failure('clock', `${who} is ${span(ahead)} ${where} that of the database.`, setIt));
  };
  if (!isForOneServer(ctx.config.databaseUrl)) {
    compare('The clock of this machine', ctx.now() - (await databaseTime(ctx.db)));
    for (const { id, ahead } of servers) compare(`The clock of the server ${id}`, ahead);
  }
  const latest = Number((await stateOf(ctx.db, 'latest_time')) ?? 0);
  if (latest > ctx.now() + limits.clock.step) {
    const found = `The clock is ${span(latest - ctx.now())} behind the latest time that a server saw.`;
    findings.push(
      failure('clock', found, `${setIt}. If it is right now, it was ahead before: the server corrects what that left.`),
    );
  }
  if (isUnsynchronised()) {
    findings.push(
      warning('clock', 'No time server keeps the clock of this machine right.', 'Run: timedatectl set-ntp true'),
    );
  }
  return findings.length === 0 ? [ok('clock', 'The clock is right.')] : findings;
}

/** Where systemd knows; elsewhere nothing is said. */
function isUnsynchronised(): boolean {
  const asked = ['show', '--property=NTPSynchronized', '--value'];
  const { status, stdout } = spawnSync('timedatectl', asked, { encoding: 'utf8', timeout: 2000 });
  return status === 0 && stdout.trim() === 'no';
}
