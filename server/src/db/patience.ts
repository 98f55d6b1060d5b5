import { AsyncLocalStorage } from 'node:async_hooks';

/** How long the answer to a request has waited for the database, in all. Waits at the same time count once. */
class Waited {
  /** The request was answered; what it left behind goes on by itself. */
  isOver = false;
  #waits = 0;
  #since = 0;
  #sum = 0;

  get milliseconds(): number {
    return this.#sum + (this.#waits > 0 ? performance.now() - this.#since : 0);
  }

  /** Counts until a promise is settled. */
  async count<T>(promise: Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#since = performance.now();
    try {
      return await promise;
    } finally {
      if (--this.#waits === 0) this.#sum += performance.now() - this.#since;
    }
  }
}

const ofRequest = new AsyncLocalStorage<Waited | undefined>();

/**
 * Answers a request. Its look-ups and transactions share one patience with the database: many short waits are a long
 * one. What it computes, or waits for elsewhere, costs none of it.
 */
export function asOneRequest<T>(answer: () => T): T {
  const waited = new Waited();
  const end = () => {
    waited.isOver = true;
  };
  let answering: T | undefined;
  try {
    answering = ofRequest.run(waited, answer);
    return answering;
  } finally {
    if (answering instanceof Promise) answering.then(end, end);
    else end();
  }
}

/** Does what several requests wait for, at the cost of none. */
export function forAll<T>(work: () => T): T {
  return ofRequest.run(undefined, work);
}

export type Patience = {
  /** Milliseconds that may still be waited. */
  readonly left: () => number;
  readonly count: <T>(promise: Promise<T>) => Promise<T>;
};

const endless: Patience = { left: () => Number.POSITIVE_INFINITY, count: (promise) => promise };

/** The patience of the request that is being answered, of so many milliseconds; work for none has no end of it. */
export function patienceOf(most: number): Patience {
  const waited = ofRequest.getStore();
  if (waited === undefined || waited.isOver) return endless;
  return { left: () => most - waited.milliseconds, count: (promise) => waited.count(promise) };
}
