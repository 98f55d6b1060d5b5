/**
 * What this process has seen since its start, for `/metrics` (`metrics/`). Plain numbers: to add to one costs nothing, so
 * most are kept whether anybody reads them or not. Never a name or an address in a label: who uses the server is nobody's
 * business who watches it, and each would be a series of its own.
 */
export type Counts = {
  /** Decisions of the guard about calls with a session. */
  readonly decisions: { allow: number; deny: number };
  readonly mails: { sent: number; failed: number; givenUp: number };
  /** Requests and jobs that the storage failed. */
  storageFailures: number;
  /** How often the clock went back. */
  clockSteps: number;
  /** Way and result. */
  readonly signIns: Tally<'method' | 'result'>;
  readonly mfaChanges: Tally<'action' | 'actor_kind' | 'result'>;
  readonly auditEvents: Tally<'outcome'>;
  /** Codes of the table of errors. */
  readonly errors: Tally<'code'>;
  readonly failedJobs: Tally<'job_name'>;
  /** By route; undefined when nobody wants to know. */
  readonly routes: RouteTimes[] | undefined;
};

export function newCounts(timesRequests: boolean): Counts {
  return {
    decisions: { allow: 0, deny: 0 },
    mails: { sent: 0, failed: 0, givenUp: 0 },
    storageFailures: 0,
    clockSteps: 0,
    signIns: new Tally('method', 'result'),
    mfaChanges: new Tally('action', 'actor_kind', 'result'),
    auditEvents: new Tally('outcome'),
    errors: new Tally('code'),
    failedJobs: new Tally('job_name'),
    routes: timesRequests ? [] : undefined,
  };
}

/** Counts by labels; each label has few values. */
class Tally<Label extends string> {
  readonly #labels: readonly Label[];
  readonly #counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  constructor(...labels: readonly Label[]) {
    this.#labels = labels;
  }

  add(labels: Readonly<Record<Label, string>>): void {
    const key = this.#labels.map((name) => labels[name]).join(' ');
    const known = this.#counts.get(key);
    if (known) known.value++;
    else this.#counts.set(key, { labels: { ...labels }, value: 1 });
  }

  samples() {
    return [...this.#counts.values()];
  }
}

/** Upper bounds of the buckets in which answers are counted by their time, in seconds. */
export const timeBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/** How long answers of one route took, each counted in one bucket. Added to on the path of every request. */
export class RouteTimes {
  readonly method: string;
  /** As it is registered, with the names of its parameters and not their values. */
  readonly route: string;
  /** By the first digit of the status: the buckets, one for what is over the last bound, and the sum of seconds. */
  readonly byClass: (Float64Array | undefined)[] = [undefined, undefined, undefined, undefined, undefined, undefined];

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  add(status: number, seconds: number): void {
    const cells = (this.byClass[Math.trunc(status / 100)] ??= new Float64Array(timeBounds.length + 2));
    let at = 0;
    while (at < timeBounds.length && seconds > (timeBounds[at] as number)) at++;
    cells[at] = (cells[at] as number) + 1;
    cells[timeBounds.length + 1] = (cells[timeBounds.length + 1] as number) + seconds;
  }
}
