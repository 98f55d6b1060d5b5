import { setTimeout as delay } from 'node:timers/promises';
import { noOperator } from './audit/record.ts';
import { causeOf } from './change/cause.ts';
import { change, describe } from './change/change.ts';
import type { Context, RequestInfo } from './context.ts';
import {
  isCurrent,
  type KeyFile,
  readKeyFile,
  replaceKeyFile,
  withNext,
  withNextInUse,
  withoutOld,
} from './crypto/key-file.ts';
import type { Place } from './crypto/sealed.ts';
import { resealAll } from './db/reseal.ts';
import { noteKeys } from './key-check.ts';
import { type Presence, runningServers } from './presence.ts';

export type Rotation = {
  /** Whether it is over: the old keys are gone, and nothing needs them. */
  readonly done: boolean;
  /** The step that waits for these servers, which do not have the key file as it is now. */
  readonly waitsFor: readonly Presence[];
  readonly values: number;
  readonly unopened: readonly Place[];
};

/** How long the steps wait, milliseconds; a test is less patient. */
export type Patience = { readonly servers: number; readonly settle: number };

/**
 * Rotates the keys, beside running servers. Each step is whole before the next one begins, so it may be cut off anywhere
 * and goes on when it is called again:
 *
 * 1. New keys come into the key file, and every server takes them. Nothing is made with them yet.
 * 2. They are put to use, and every server follows.
 * 3. What the old key has sealed is sealed with the new one.
 * 4. The old keys are dropped.
 *
 * So no server meets what it cannot open, also where each has a copy of the file.
 * @throws KeyFileError when the file cannot be replaced
 */
export async function rotateKeys(ctx: Context, info: RequestInfo, patience: Patience): Promise<Rotation> {
  const rotating = { ctx, info, file: ctx.config.keyFile.path, patience };
  const waiting =
    (await putToUse(rotating)) ?? (await serversWithout(rotating, (server, id) => server.sealing[0] === id));
  if (waiting.length > 0) return { done: false, waitsFor: waiting, values: 0, unopened: [] };
  const first = await resealAll(ctx.db, ctx.keys);
  // What was sealed with the old key before its server followed may be committed later.
  await delay(patience.settle);
  const { values, unopened } = await resealAll(ctx.db, ctx.keys);
  await noteKeys(ctx.db, ctx.keys);
  await write(rotating, withoutOld(readKeyFile(rotating.file), ctx.now()));
  await note(rotating, 'done');
  return { done: true, waitsFor: [], values: first.values + values, unopened };
}

/** Milliseconds. */
const askAgain = 200;

type Rotating = {
  readonly ctx: Context;
  readonly info: RequestInfo;
  readonly file: string;
  readonly patience: Patience;
};

/** The first two steps, or what is left of them. */
async function putToUse(rotating: Rotating): Promise<Presence[] | undefined> {
  const { ctx, file } = rotating;
  let content = readKeyFile(file);
  if (content.sealing.every(isCurrent)) {
    content = withNext(content);
    await write(rotating, content);
    await note(rotating, 'begun');
  }
  const next = content.sealing.find(({ state }) => state === 'next');
  if (next === undefined) return undefined;
  const without = await serversWithout(rotating, (server) => server.sealing.includes(next.id));
  if (without.length > 0) return without;
  // From here on nobody starts without the new key.
  await noteKeys(ctx.db, ctx.keys, [next.id]);
  await write(rotating, withNextInUse(content, ctx.now()));
  await noteKeys(
    ctx.db,
    ctx.keys,
    content.sealing.map(({ id }) => id),
  );
  return undefined;
}

async function write({ ctx, file }: Rotating, content: KeyFile): Promise<void> {
  replaceKeyFile(file, content);
  ctx.keys.refresh();
}

/** Waits for the running servers; gives those that do not have the keys in time. */
async function serversWithout({ ctx, patience }: Rotating, has: (server: Presence, current: string) => boolean) {
  const current = ctx.keys.sealing[0]?.id ?? '';
  const end = performance.now() + patience.servers;
  for (;;) {
    const without = (await runningServers(ctx.db)).filter((server) => !has(server, current));
    if (without.length === 0 || performance.now() > end) return without;
    await delay(askAgain);
  }
}

async function note({ ctx, info }: Rotating, step: 'begun' | 'done'): Promise<void> {
  const sealing = ctx.keys.sealing.map(({ id }) => id).join(' ');
  await change(causeOf(ctx, info, info.userAgent, 0), noOperator, async (c) => {
    describe(c, { target: 'keys', detail: { step, sealing } });
  });
}
