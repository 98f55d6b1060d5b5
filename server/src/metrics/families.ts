import { statfsSync } from 'node:fs';
import serverPackage from '../../package.json' with { type: 'json' };
import type { Context } from '../context.ts';
import { type RouteTimes, timeBounds } from '../counts.ts';
import { usageOf } from '../db/reads.ts';
import type { State } from './state.ts';

export type Sample = {
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where a family has several names, as a histogram does. */
  readonly metricName?: string;
};

export type Family = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** @param state undefined when the database does not say; what rests on it is then left out, not zero */
  readonly read: (ctx: Context, state: State | undefined) => readonly Sample[];
};

const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ value }]);
const each = <T extends Readonly<Record<string, number>>>(label: string, values: T): Sample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

/** Everything that the server tells about itself beside what every Node process does. */
export const families: readonly Family[] = [
  {
    name: 'warifu_build_info',
    help: 'The version that runs; always 1.',
    type: 'gauge',
    read: ({ db }) => [{ labels: { version: serverPackage.version, database: usageOf(db).engine }, value: 1 }],
  },
  {
    name: 'warifu_http_request_duration_seconds',
    help: 'Time until the head of an answer was written, by route.',
    type: 'histogram',
    read: ({ counts }) => (counts.routes ?? []).flatMap((times) => histogramOf(times)),
  },
  {
    name: 'warifu_http_errors_total',
    help: 'Answers with an error, by its code (docs/api.md).',
    type: 'counter',
    read: ({ counts }) => counts.errors.samples(),
  },
  {
    name: 'warifu_login_attempts_total',
    help: 'Sign-ins that were looked at. Those beyond a budget are warifu_http_errors_total{code="COM0429"}.',
    type: 'counter',
    read: ({ counts }) => counts.signIns.samples(),
  },
  {
    name: 'warifu_authz_decisions_total',
    help: 'Decisions about calls with a session.',
    type: 'counter',
    read: ({ counts }) => each('result', counts.decisions),
  },
  {
    name: 'warifu_mfa_changes_total',
    help: 'What was done, or tried, with multi-factor authentication by way of this process.',
    type: 'counter',
    read: ({ counts }) => counts.mfaChanges.samples(),
  },
  {
    name: 'warifu_mfa_host_resets',
    help: 'MFA resets by the host command of the last 30 days: waiting (asked), and done.',
    type: 'gauge',
    read: (_, state) => (state ? each('state', state.hostResets) : []),
  },
  {
    name: 'warifu_audit_events_total',
    help: 'Records that were written into the audit log.',
    type: 'counter',
    read: ({ counts }) => counts.auditEvents.samples(),
  },
  {
    name: 'warifu_sessions_active',
    help: 'Sessions that have not expired, of all servers; up to a minute old.',
    type: 'gauge',
    read: (_, state) => one(state?.sessions),
  },
  {
    name: 'warifu_mail_queue_depth',
    help: 'Mails that wait, of all servers; 10000 stands for more.',
    type: 'gauge',
    read: (_, state) => one(state?.mails.waiting),
  },
  {
    name: 'warifu_mail_queue_oldest_seconds',
    help: 'Age of the oldest mail that waits; 0 when none does.',
    type: 'gauge',
    read: ({ now }, state) => one(state && Math.max(0, (now() - (state.mails.oldest ?? now())) / 1000)),
  },
  {
    name: 'warifu_mail_send_total',
    help: 'Attempts to hand a mail to the mail server, and mails that were given up.',
    type: 'counter',
    read: ({ counts }) =>
      each('result', { sent: counts.mails.sent, failed: counts.mails.failed, given_up: counts.mails.givenUp }),
  },
  {
    name: 'warifu_hash_queue',
    help: 'Password hashes that run and that wait.',
    type: 'gauge',
    read: ({ hasher }) => each('state', { running: hasher.load().running, waiting: hasher.load().waiting }),
  },
  {
    name: 'warifu_hash_refused_total',
    help: 'Requests that were refused because too many hashes waited.',
    type: 'counter',
    read: ({ hasher }) => one(hasher.load().refused),
  },
  {
    name: 'warifu_backup_last_success_timestamp_seconds',
    help: 'When the last backup was made, in seconds since 1970; 0 when none is known.',
    type: 'gauge',
    read: (_, state) => one(state && Math.floor((state.lastBackup ?? 0) / 1000)),
  },
  {
    name: 'warifu_database_up',
    help: 'Whether the database answered this scrape.',
    type: 'gauge',
    read: (_, state) => one(state ? 1 : 0),
  },
  {
    name: 'warifu_database_connections',
    help: 'Connections of this process: open, busy, and who waits for one.',
    type: 'gauge',
    read: ({ db }) => each('state', usageOf(db).connections),
  },
  {
    name: 'warifu_database_bytes',
    help: 'Size of the SQLite file and of its write-ahead log.',
    type: 'gauge',
    read: ({ db }) => each('part', usageOf(db).bytes ?? {}),
  },
  {
    name: 'warifu_data_folder_free_bytes',
    help: 'What is free for this process where the data folder is.',
    type: 'gauge',
    read: ({ config }) => one(freeBytes(config.dataDir)),
  },
  {
    name: 'warifu_database_failures_total',
    help: 'Requests that the database failed.',
    type: 'counter',
    read: ({ counts }) => one(counts.storageFailures),
  },
  {
    name: 'warifu_jobs_failed_total',
    help: 'Runs of background jobs that failed; they are repeated.',
    type: 'counter',
    read: ({ counts }) => counts.failedJobs.samples(),
  },
  {
    name: 'warifu_clock_steps_total',
    help: 'How often the clock went back.',
    type: 'counter',
    read: ({ counts }) => one(counts.clockSteps),
  },
];

function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // With PostgreSQL and keys in another place there may be no such folder.
    return undefined;
  }
}

function histogramOf({ method, route, byClass }: RouteTimes): Sample[] {
  const name = 'warifu_http_request_duration_seconds';
  return byClass.flatMap((cells, status) => {
    if (!cells) return [];
    const labels = { method, route, status_class: `${status}xx` };
    let sum = 0;
    const buckets = [...timeBounds, '+Inf'].map((le, at) => {
      sum += cells[at] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: sum };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: cells[timeBounds.length + 1] ?? 0 },
      { metricName: `${name}_count`, labels, value: sum },
    ];
  });
}
