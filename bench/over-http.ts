import { setTimeout as wait } from 'node:timers/promises';
import { type Load, sendLoad } from './load.ts';
import { type Requests, send } from './requests.ts';
import { cpuOf, type Server } from './servers.ts';
import { spreadOf } from './statistics.ts';
import type { Candidate, Shape, Slice } from './turns.ts';

/** Something to be measured over HTTP. */
export type Exchange = {
  readonly name: string;
  readonly requests: Requests;
  readonly server: Pick<Server, 'pid'>;
  /** Whether an answer says what it should; a sample of the answers is looked at. */
  readonly isRight: (text: string) => boolean;
  /** Between two samples, in milliseconds. Those of dear requests would be load themselves. */
  readonly pause?: number;
  /** A server that is asked for more hashes than its processors can make says 503: such answers are counted apart. */
  readonly mayRefuse?: boolean;
};

/** A candidate whose every answer is counted as 2xx and in bytes, and of which a sample is read. */
export function overHttp(exchange: Exchange): Candidate {
  return { name: exchange.name, run: (shape) => measure(exchange, shape) };
}

/** @throws Error when an answer was not 2xx or not right */
async function measure(exchange: Exchange, shape: Shape): Promise<Slice> {
  const { requests, server } = exchange;
  const begun = { cpu: cpuOf(server.pid), at: performance.now() };
  const looking = { over: false };
  const samples = lookAtAnswers(exchange, looking);
  // It is awaited below, after the load.
  samples.catch(() => {});
  const load = await sendLoad(requests, shape).finally(() => {
    looking.over = true;
  });
  const busy = (cpuOf(server.pid) - begun.cpu) / (performance.now() - begun.at);
  assertRight(exchange, load, await samples);
  const refused = load.failed / load.requests;
  return { ...load, perSecond: load.perSecond * (1 - refused), refused, busy };
}

type Samples = { readonly wrong: string | undefined; readonly bytes: number };

function assertRight({ name, mayRefuse = false }: Exchange, load: Load, { wrong, bytes }: Samples): void {
  const fail = (problem: string) => {
    throw new Error(`${name}: ${problem}`);
  };
  if (wrong !== undefined) fail(`a wrong answer: ${wrong}`);
  if (load.requests === 0) fail('nothing was answered');
  if (load.failed > 0 && !mayRefuse) fail(`${load.failed} of ${load.requests} answers were not 2xx or never came`);
  // Many wrong answers cannot hide behind right samples: all were counted in bytes.
  const isOtherSize = Math.abs(load.bytes - bytes) > bytes * sameSize;
  if (load.failed === 0 && bytes > 0 && isOtherSize) {
    fail(`answers of ${load.bytes.toFixed(0)} bytes, those looked at had ${bytes.toFixed(0)}`);
  }
}

/** Right answers may differ in length by numbers and names. */
const sameSize = 0.05;

async function lookAtAnswers(exchange: Exchange, looking: { over: boolean }): Promise<Samples> {
  const { requests, isRight, pause = 300, mayRefuse = false } = exchange;
  const sizes: number[] = [];
  do {
    const { status, text, bytes } = await send(requests, Math.floor(Math.random() * requests.variants));
    if (status === 200 && isRight(text)) sizes.push(bytes);
    else if (status !== 503 || !mayRefuse) return { wrong: `${status} ${text.slice(0, 300)}`, bytes: 0 };
    await wait(pause);
  } while (!looking.over);
  return { wrong: undefined, bytes: sizes.length === 0 ? 0 : spreadOf(sizes).median };
}
