import { errorOf, WarifuError } from './errors.ts';

/** How long, and how often, an answer is waited for. */
export type Patience = {
  /** Milliseconds for the call as a whole, pauses included. */
  readonly timeout: number;
  /** How often it is sent again at most. */
  readonly retries: number;
  /** The caller's own end of it. */
  readonly signal: AbortSignal | undefined;
};

/** An answer with its body read. */
export type Received = { readonly headers: Headers; readonly body: unknown };

type Send = (signal: AbortSignal) => Promise<Response>;

/**
 * Sends a request, and again while that may help: no answer, or one that says "later". The server's `Retry-After` is
 * kept; what it leaves no time for fails at once.
 * @throws WarifuError
 * @throws the reason of the caller's signal
 */
export async function sendPatiently(send: Send, { timeout, retries, signal }: Patience): Promise<Received> {
  const deadline = AbortSignal.timeout(timeout);
  const ends = performance.now() + timeout;
  const end = signal ? AbortSignal.any([signal, deadline]) : deadline;
  for (let attempt = 0; ; attempt++) {
    end.throwIfAborted();
    const outcome = await once(send, end);
    if (!(outcome instanceof WarifuError)) return outcome;
    signal?.throwIfAborted();
    if (deadline.aborted) throw new WarifuError('TIMEOUT', `No answer from Warifu within ${timeout} ms`);
    const pause = pauseAfter(outcome, attempt);
    if (attempt >= retries || pause === undefined || performance.now() + pause >= ends) throw outcome;
    await waited(pause, end);
  }
}

async function once(send: Send, signal: AbortSignal): Promise<Received | WarifuError> {
  try {
    const response = await send(signal);
    const text = await response.text();
    if (!response.ok) return errorOf(response, text);
    return { headers: response.headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  } catch (error) {
    if (error instanceof SyntaxError) return new WarifuError('UNEXPECTED', 'An answer that is no JSON');
    return new WarifuError('NETWORK', `Warifu could not be reached${reasonOf(error)}`);
  }
}

/** SECURITY: the code of a cause, such as ECONNREFUSED, and no text of it. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return /^[A-Z_]{2,40}$/.test(String(cause?.code)) ? ` (${String(cause?.code)})` : '';
}

/** Milliseconds until it is worth another try; undefined when it is not. */
function pauseAfter({ code, status, retryAfter }: WarifuError, attempt: number): number | undefined {
  if (code !== 'NETWORK' && ![429, 502, 503, 504].includes(status)) return undefined;
  // Not all at the same moment, when many clients wait for one server.
  return retryAfter === undefined ? 100 * 2 ** attempt * (1 + Math.random()) : retryAfter * 1000;
}

/** Ends early, without an error, when the signal does: who comes next looks at it. */
function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
