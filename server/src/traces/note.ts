/** A request that was answered; without a query, a name, an address or a token. */
export type TracedRequest = {
  readonly method: string;
  /** As it is registered, with the names of its parameters and not their values. */
  readonly route: string;
  readonly status: number;
  /** As `performance.now()` says it. */
  readonly begun: number;
  readonly requestId: string;
  /** The header `traceparent` of whoever may say so. */
  readonly parent: string | undefined;
};

export type Traces = {
  readonly note: (request: TracedRequest) => void;
  /** Sends what is left, within a second. */
  readonly stop: () => Promise<void>;
};
