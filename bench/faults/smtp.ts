import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from './finding.ts';
import { kinds, type Mailbox, openMailbox, type SmtpFault, stages } from './mailbox.ts';
import { newShiftedClock, type ShiftedClock } from './shifted-clock.ts';
import { createOperator, startTarget, type Target } from './target.ts';

type Scene = { readonly mailbox: Mailbox; readonly clock: ShiftedClock; readonly target: Target };

/**
 * Every answer of a mail server: late, not at all, or a refusal. The server waits for up to hours until it tries again;
 * its clock is put ahead by that, so that the whole matrix takes minutes.
 */
export async function trySmtp(rounds: number): Promise<Finding[]> {
  const mailbox = await openMailbox();
  const clock = newShiftedClock();
  const mail = { WARIFU_SMTP_URL: `smtp://127.0.0.1:${mailbox.port}`, WARIFU_MAIL_FROM: 'bench@example.com' };
  const target = await startTarget({ env: { ...clock.env, ...mail } });
  try {
    const findings: Finding[] = [];
    for (const kind of kinds) {
      console.error(`  ${kind} …`);
      for (const stage of stages) findings.push(await tryAnswer({ mailbox, clock, target }, { stage, kind }, rounds));
    }
    return findings;
  } finally {
    await target.stop();
    mailbox.stop();
    clock.remove();
  }
}

async function tryAnswer(scene: Scene, fault: SmtpFault, rounds: number): Promise<Finding> {
  const lost: string[] = [];
  const notes = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const email = `${fault.stage}.${fault.kind}.${round}@example.com`.replaceAll(/[^\w@.]/g, '-');
    scene.mailbox.next(fault);
    await createOperator(scene.target.env, email);
    const waits = await untilSettled(scene, email);
    const { sent_at, dropped_at, audited } = mailTo(scene, email);
    const copies = scene.mailbox.copies.get(email) ?? 0;
    if (scene.mailbox.isWaiting()) lost.push('the fault did not happen');
    if (sent_at === null && dropped_at === null) lost.push('neither sent nor given up');
    if (sent_at !== null && copies === 0) lost.push('taken for sent, and no copy');
    if (dropped_at !== null && audited === 0) lost.push('given up without a record');
    const end = dropped_at === null ? `sent, ${copies} ${copies === 1 ? 'copy' : 'copies'}` : 'given up, with a record';
    notes.add([...waits, end].join('; '));
  }
  const rows = { rounds, acknowledged: rounds, longestGap: undefined, slowest: undefined };
  return { fault: `${fault.stage}: ${fault.kind}`, ...rows, lost, note: [...notes].join(' / ') };
}

const patience = 60_000;
/** What the server waits less for is waited for here too. */
const shortWait = 3000;

/** Until a mail is sent or given up; answers with what it was put off for, and for how long. */
async function untilSettled(scene: Scene, email: string): Promise<string[]> {
  const waits: string[] = [];
  const end = performance.now() + patience;
  let attempts = '';
  while (performance.now() < end) {
    await delay(100);
    const mail = mailTo(scene, email);
    if (mail.sent_at !== null || mail.dropped_at !== null) break;
    const attempt = `${mail.last_error} ${mail.next_attempt_at}`;
    if (mail.last_error === '' || mail.claimed_until > 0 || attempt === attempts) continue;
    attempts = attempt;
    const wait = mail.next_attempt_at - scene.clock.now();
    waits.push(`${mail.last_error}, again after ${Math.max(0, Math.round(wait / 1000))} s`);
    if (wait > shortWait) scene.clock.set(mail.next_attempt_at - Date.now());
  }
  return waits;
}

type Mail = {
  readonly sent_at: number | null;
  readonly dropped_at: number | null;
  readonly last_error: string;
  readonly next_attempt_at: number;
  readonly claimed_until: number;
  /** Records of the audit log about it. */
  readonly audited: number;
};

function mailTo({ target }: Scene, email: string): Mail {
  const database = new DatabaseSync(join(target.folder, 'warifu.db'), { readOnly: true });
  try {
    const audited = "(select count(*) from audit_log where target = 'mail:' || mail_id) as audited";
    const query = `select *, ${audited} from outbox where recipient = ? order by created_at limit 1`;
    const row = database.prepare(query).get(email);
    if (row === undefined) throw new Error(`no mail for ${email}`);
    return row as unknown as Mail;
  } finally {
    database.close();
  }
}
