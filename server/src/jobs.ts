import { expiredAttempts } from './attempts/attempts.ts';
import { retention } from './audit/retention.ts';
import { logHeads } from './audit/witness.ts';
import { causeOf } from './change/cause.ts';
import { compareClock, isClockOff, timekeeper } from './clock.ts';
import type { Context, Expiring } from './context.ts';
import { randomBelow } from './crypto/tokens.ts';
import { isStorageFailure } from './db/database.ts';
import { correctedApps } from './factors/authenticator-app.ts';
import { expiredChallenges } from './factors/challenges.ts';
import { expiredFactors } from './factors/factors.ts';
import { expiredGateCodes } from './gate/forward/sign-in.ts';
import { limits } from './limits.ts';
import { expiredLinks } from './links/links.ts';
import { createMailer } from './mail/deliver.ts';
import { expiredMails } from './mail/outbox.ts';
import { type DeferredRequest, doRequests, expiredRequests } from './mail/requests.ts';
import { correctedHolds } from './operators/operators.ts';
import { expiredSignUps, type SignUpRequest, sendSignUpLink } from './operators/sign-up.ts';
import { createPresence } from './presence.ts';
import { sendResetLink } from './recovery/by-mail.ts';
import { expiredCases } from './recovery/cases.ts';
import { runDueOverrides } from './recovery/host-override.ts';
import { sendPasswordResetLink } from './recovery/password-reset.ts';
import { keepAnchors } from './restored/watch.ts';
import { expiredDevices } from './sessions/devices.ts';
import { writeLastUses } from './sessions/last-use.ts';
import { expiredPending } from './sessions/pending.ts';
import { expiredSessions } from './sessions/sessions.ts';
import { logTrouble } from './trouble.ts';
import { correctedResets } from './users/credentials.ts';
import type { PasswordCheck } from './users/password.ts';
import { writePaused } from './users/paused-attempts.ts';

/** What each folder's tables lose by time. */
export const expiring: readonly Expiring[] = [
  expiredSessions,
  expiredPending,
  expiredGateCodes,
  expiredDevices,
  expiredLinks,
  expiredSignUps,
  expiredCases,
  expiredMails,
  expiredRequests,
  expiredFactors,
  correctedApps,
  correctedResets,
  correctedHolds,
  expiredChallenges,
  ...expiredAttempts,
];

/** Milliseconds. */
const wakeDelay = 50;

type Job = { readonly name: string; readonly everyMs: number; readonly run: (ctx: Context) => Promise<unknown> };

/** Work in the background. Each job claims its rows by a conditional update, so any number of servers may run it. */
function jobList(ctx: Context, mailer: { deliver(): Promise<unknown> }, presence: { keep(): Promise<void> }): Job[] {
  return [
    { name: 'requests', everyMs: 5_000, run: () => doRequests(ctx, doRequest.bind(undefined, ctx)) },
    { name: 'mail', everyMs: 5_000, run: () => mailer.deliver() },
    { name: 'last uses', everyMs: 5_000, run: () => writeLastUses(ctx) },
    { name: 'paused attempts', everyMs: 10_000, run: () => writePaused(ctx) },
    { name: 'host overrides', everyMs: 60_000, run: inTime(ctx, () => runDueOverrides(ctx)) },
    { name: 'clean-up', everyMs: 60_000, run: inTime(ctx, () => cleanUp(ctx)) },
    { name: 'time', everyMs: limits.clock.kept, run: timekeeper(ctx) },
    { name: 'presence', everyMs: limits.presence.look, run: () => presence.keep() },
    { name: 'audit retention', everyMs: limits.hour, run: inTime(ctx, retention(ctx)) },
    { name: 'audit heads', everyMs: limits.day, run: () => logHeads(ctx, limits.audit.settled) },
    { name: 'anchors', everyMs: limits.audit.anchored, run: () => keepAnchors(ctx) },
  ];
}

/** What ends things for every server is not done by one whose clock is wrong. */
function inTime(ctx: Context, run: () => Promise<unknown>): () => Promise<unknown> {
  return async () => {
    await compareClock(ctx);
    return isClockOff(ctx) ? undefined : await run();
  };
}

/** Removes what is over. Nothing depends on it: expiry is checked at use. */
export async function cleanUp(ctx: Context): Promise<void> {
  for (const { remove } of expiring) await remove(ctx, ctx.now());
}

async function doRequest(ctx: Context, { kind, payload, info, status, take }: DeferredRequest): Promise<void> {
  const cause = { ...causeOf(ctx, info, 'anonymous', status), take };
  if (kind === 'password_reset') await sendPasswordResetLink(cause, payload as string);
  if (kind === 'mfa_reset') await sendResetLink(cause, payload as PasswordCheck);
  if (kind === 'sign_up') await sendSignUpLink(cause, payload as SignUpRequest);
}

export type Jobs = {
  /** Runs a job now; one that runs already runs once more afterwards. */
  wake(name: string): void;
  /** Runs every job until nothing is left to do; for tests and for a clean stop. */
  drain(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the jobs. A failure is logged and tried again at the next turn. */
export function startJobs(ctx: Context, presence = createPresence(ctx)): Jobs {
  const mailer = createMailer(ctx);
  const runners = new Map(jobList(ctx, mailer, presence).map((job) => [job.name, startJob(ctx, job)]));
  return {
    // A moment later: whoever wakes it may not have committed yet, and often wakes it for several rows.
    wake: (name) => {
      setTimeout(() => void runners.get(name)?.run(), wakeDelay + hiddenDelay(name)).unref();
    },
    drain: async () => {
      for (const runner of runners.values()) await runner.run();
    },
    stop: async () => {
      for (const runner of runners.values()) runner.stop();
      // Closing begins no other mail, and gives those on their way a moment: nothing of it must hold up the stop.
      await mailer.close();
      await Promise.all([...runners.values()].map((runner) => runner.idle()));
      await writePaused(ctx, 0).catch((error: unknown) => logFailed(ctx, 'paused attempts', error));
      await presence.end().catch(() => {});
    },
  };
}

/**
 * SECURITY: what a deferred request does, or that it does nothing, makes the requests beside it slower or not. When that
 * is, nobody can foresee: right after the answer it would tell who exists (R40, R47).
 */
function hiddenDelay(name: string): number {
  return name === 'requests' ? randomBelow(limits.http.hiddenDelay) : 0;
}

function startJob(ctx: Context, job: Job) {
  let running: Promise<void> | undefined;
  let again = false;
  const loop = async () => {
    do {
      again = false;
      await Promise.resolve(ctx.settleClock())
        .then(() => job.run(ctx))
        .catch((error: unknown) => logFailed(ctx, job.name, error));
    } while (again);
    running = undefined;
  };
  const run = async () => {
    if (running) again = true;
    else running = loop();
    await running;
  };
  const timer = setInterval(() => void run(), job.everyMs);
  timer.unref();
  return { run, stop: () => clearInterval(timer), idle: async () => running };
}

function logFailed(ctx: Context, job: string, error: unknown): void {
  ctx.counts.failedJobs.add({ job_name: job });
  // The same trouble as that of requests, and of the other jobs.
  const line = isStorageFailure(error)
    ? ({ level: 'warn', message: 'storage unavailable' } as const)
    : ({ level: 'error', message: 'job failed' } as const);
  logTrouble(ctx.log, error, { ...line, about: { job } });
}
