import { setTimeout as wait } from 'node:timers/promises';
import { type Load, type Shape, sendLoad } from './load.ts';
import { loadCore } from './machine.ts';
import { type Requests, send } from './requests.ts';
import { cpuOf, type Server } from './servers.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Something to be measured over HTTP. */
export type Candidate = {
  readonly name: string;
  readonly requests: Requests;
  readonly server: Pick<Server, 'pid'>;
  /** Whether an answer says what it should; a sample of the answers is looked at. */
  readonly isRight: (text: string) => boolean;
};

export type Slice = Load & {
  /** Share of one core that the server used, 0–1. Far below 1 on a pinned server: something else was the limit. */
  readonly busy: number;
};

export type Turns = {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
};

/** The readings of one candidate, each beside those of the floor before and after it. */
export type Readings = {
  readonly name: string;
  readonly perSecond: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly busy: Spread;
  /** Divided by the floor's of the same round. */
  readonly ofFloor: { readonly perSecond: Spread; readonly p50: Spread; readonly p99: Spread };
};

/**
 * Lets candidates take turns on one machine: floor, A, B, …, floor, A, B, …, floor. What else the machine does then
 * falls on all of them.
 * @throws Error when an answer was not 2xx or not right
 */
export async function takeTurns(floor: Candidate, candidates: readonly Candidate[], turns: Turns): Promise<Readings[]> {
  const shape = { seconds: turns.seconds, connections: turns.connections, core: loadCore };
  for (const candidate of [floor, ...candidates]) await measure(candidate, { ...shape, seconds: 2 });
  const floors = [await measure(floor, shape)];
  const rounds: Slice[][] = [];
  for (let round = 0; round < turns.rounds; round++) {
    const slices = [];
    for (const candidate of candidates) slices.push(await measure(candidate, shape));
    rounds.push(slices);
    floors.push(await measure(floor, shape));
  }
  const beside = rounds.map((_, round) => mean(floors[round] as Slice, floors[round + 1] as Slice));
  const readings = candidates.map(({ name }, i) =>
    summarise(
      name,
      rounds.map((slices) => slices[i] as Slice),
      beside,
    ),
  );
  // The floor's own ratios tell how restless the machine was.
  const rest = floors.map((_, i) =>
    mean(floors[Math.max(0, i - 1)] as Slice, floors[Math.min(i + 1, turns.rounds)] as Slice),
  );
  return [summarise(floor.name, floors, rest), ...readings];
}

/**
 * One slice of load on a candidate.
 * @throws Error when an answer was not 2xx or not right
 */
async function measure({ name, requests, server, isRight }: Candidate, shape: Shape): Promise<Slice> {
  const begun = { cpu: cpuOf(server.pid), at: performance.now() };
  const looking = { over: false };
  const samples = lookAtAnswers(requests, isRight, looking);
  const load = await sendLoad(requests, shape).finally(() => {
    looking.over = true;
  });
  const busy = (cpuOf(server.pid) - begun.cpu) / (performance.now() - begun.at);
  const { wrong, bytes } = await samples;
  if (wrong !== undefined) throw new Error(`${name}: a wrong answer: ${wrong}`);
  if (load.failed > 0)
    throw new Error(`${name}: ${load.failed} of ${load.requests} answers were not 2xx or never came`);
  // Every answer was counted in bytes: many wrong ones cannot hide behind right samples.
  if (Math.abs(load.bytes - bytes) > bytes * sameSize) {
    throw new Error(`${name}: answers of ${load.bytes.toFixed(0)} bytes, those looked at had ${bytes.toFixed(0)}`);
  }
  return { ...load, busy };
}

/** Right answers may differ in length by numbers and names. */
const sameSize = 0.05;
const pause = 300;

async function lookAtAnswers(requests: Requests, isRight: Candidate['isRight'], looking: { readonly over: boolean }) {
  let [seen, bytes] = [0, 0];
  do {
    const i = Math.floor(Math.random() * requests.variants);
    const answer = await send(requests, i);
    const { status, text } = answer;
    if (status !== 200 || !isRight(text)) return { wrong: `${status} ${text.slice(0, 300)}`, bytes: 0 };
    seen += 1;
    bytes += answer.bytes;
    await wait(pause);
  } while (!looking.over);
  return { wrong: undefined, bytes: bytes / seen };
}

function summarise(name: string, slices: readonly Slice[], floors: readonly Slice[]): Readings {
  const of = (key: 'perSecond' | 'p50' | 'p99' | 'busy') => spreadOf(slices.map((slice) => slice[key]));
  const ratio = (key: 'perSecond' | 'p50' | 'p99') =>
    spreadOf(slices.map((slice, round) => slice[key] / (floors[round] as Slice)[key]));
  const ofFloor = { perSecond: ratio('perSecond'), p50: ratio('p50'), p99: ratio('p99') };
  return { name, perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), busy: of('busy'), ofFloor };
}

function mean(one: Slice, other: Slice): Slice {
  const of = (key: 'perSecond' | 'p50' | 'p99') => (one[key] + other[key]) / 2;
  return { ...one, perSecond: of('perSecond'), p50: of('p50'), p99: of('p99') };
}
