import { loadCore } from './machine.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** One stretch of work. Latencies in milliseconds. */
export type Slice = {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time that what is measured used, in cores. Far below 1 on a pinned server: something else was the limit. */
  readonly busy: number;
  /** Share of what was asked that was refused or never answered, 0–1; `perSecond` is about the others. */
  readonly refused: number;
};

export type Shape = { readonly seconds: number; readonly connections: number; readonly core: number | undefined };

/** Something that can be measured again and again. */
export type Candidate = { readonly name: string; readonly run: (shape: Shape) => Promise<Slice> };

export type Turns = {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Where the load comes from; undefined: any core. */
  readonly core?: number | undefined;
};

/** The readings of one candidate, also divided by those of the floor before and after. */
export type Readings = {
  readonly name: string;
  readonly perSecond: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly busy: Spread;
  readonly refused: Spread;
  readonly ofFloor: { readonly perSecond: Spread; readonly p99: Spread };
};

const warmUp = 2;

/**
 * Lets candidates take turns on one machine: floor, A, B, …, floor, A, B, …, floor. What else the machine does then
 * falls on all of them.
 */
export async function takeTurns(floor: Candidate, candidates: readonly Candidate[], turns: Turns): Promise<Readings[]> {
  const shape = {
    seconds: turns.seconds,
    connections: turns.connections,
    core: 'core' in turns ? turns.core : loadCore,
  };
  for (const candidate of [floor, ...candidates]) await candidate.run({ ...shape, seconds: warmUp });
  const floors = [await floor.run(shape)];
  const rounds: Slice[][] = [];
  for (let round = 0; round < turns.rounds; round++) {
    const slices = [];
    for (const candidate of candidates) slices.push(await candidate.run(shape));
    rounds.push(slices);
    floors.push(await floor.run(shape));
  }
  const at = (i: number) => floors[Math.min(Math.max(i, 0), turns.rounds)] as Slice;
  const beside = rounds.map((_, round) => mean(at(round), at(round + 1)));
  // The floor's own ratios tell how restless the machine was.
  const around = floors.map((_, i) => mean(at(i - 1), at(i + 1)));
  const readings = candidates.map(({ name }, i) => {
    return summarise(
      name,
      rounds.map((slices) => slices[i] as Slice),
      beside,
    );
  });
  return [summarise(floor.name, floors, around), ...readings];
}

function summarise(
  name: string,
  slices: readonly Slice[],
  floors: readonly Pick<Slice, 'perSecond' | 'p99'>[],
): Readings {
  const of = (key: keyof Slice) => spreadOf(slices.map((slice) => slice[key]));
  const ratio = (key: 'perSecond' | 'p99') =>
    spreadOf(slices.map((slice, i) => slice[key] / (floors[i]?.[key] ?? Number.NaN)));
  const ofFloor = { perSecond: ratio('perSecond'), p99: ratio('p99') };
  return {
    name,
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    busy: of('busy'),
    refused: of('refused'),
    ofFloor,
  };
}

function mean(one: Slice, other: Slice) {
  return { perSecond: (one.perSecond + other.perSecond) / 2, p99: (one.p99 + other.p99) / 2 };
}
