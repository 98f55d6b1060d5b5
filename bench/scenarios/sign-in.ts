import { calls } from '../candidates.ts';
import { inProcess } from '../in-process.ts';
import { sendLoad } from '../load.ts';
import { loadCore, serverCore } from '../machine.ts';
import type { Options } from '../options.ts';
import { overHttp } from '../over-http.ts';
import { conditions, rowsOf } from '../readings.ts';
import type { Section } from '../table.ts';
import { type Candidate, takeTurns } from '../turns.ts';
import { createWorld, type World } from '../world.ts';

export const inFlight = 8;
/** So that each user can sign in from an address of its own (docs/configuration.md). */
const manySources = { WARIFU_TRUSTED_PROXIES: '127.0.0.1/32' };

/** Sign-ins beside the bare hash, and what they do to the calls beside them. */
export async function measureSignIns(options: Options): Promise<Section[]> {
  return [await besideHash(options), await callsBeside(options, undefined), await callsBeside(options, serverCore)];
}

/** Sign-ins with a password, by 40 users from 40 addresses. */
export function signIns({ server, signIns }: World): Candidate {
  const isRight = (text: string) => text.startsWith('{"') && 'token' in (JSON.parse(text) as object);
  return overHttp({
    name: 'sign-in with a password',
    requests: signIns,
    server,
    isRight,
    pause: 2000,
    mayRefuse: true,
  });
}

/** A world whose users sign in from an address each. */
export function createSignInWorld(core: number | undefined, nodeArgs: readonly string[] = []): Promise<World> {
  return createWorld({ sessions: 1000, core, env: manySources, nodeArgs });
}

async function besideHash(options: Options): Promise<Section> {
  await using world = await createSignInWorld(undefined);
  const hash = inProcess({ name: 'bare argon2id', script: 'bench/bare/argon2.ts', core: undefined });
  const readings = await takeTurns(hash, [signIns(world)], { ...options, connections: inFlight, core: undefined });
  const notes = [conditions(options, inFlight, 'all cores')];
  return { title: 'Sign-ins, SQLite', notes, rows: rowsOf(readings, 'per second') };
}

async function callsBeside(options: Options, core: number | undefined): Promise<Section> {
  await using world = await createSignInWorld(core);
  const alone = calls(world, 'sam', { name: 'SAM calls alone' });
  const tally = { done: 0, failed: 0, seconds: 0 };
  const beside: Candidate = {
    name: `SAM calls beside ${inFlight} sign-ins always in flight`,
    run: async (shape) => {
      const signIns = sendLoad(world.signIns, { ...shape, seconds: shape.seconds + 1, connections: inFlight });
      const slice = await calls(world, 'sam').run(shape);
      const { requests, failed } = await signIns;
      tally.done += requests - failed;
      tally.failed += failed;
      tally.seconds += shape.seconds + 1;
      return slice;
    },
  };
  const turns = { ...options, core: core === undefined ? undefined : loadCore };
  const readings = await takeTurns(alone, [beside], turns);
  const cores = core === undefined ? 'all cores' : 'server on core 0, load on core 1';
  const signedIn = `${(tally.done / tally.seconds).toFixed(1)} sign-ins a second beside them, ${tally.failed} refused.`;
  const notes = [conditions(options, options.connections, cores), signedIn];
  return { title: `Calls beside sign-ins, ${cores}`, notes, rows: rowsOf(readings) };
}
