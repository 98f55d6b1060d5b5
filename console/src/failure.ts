/** Why a call did not succeed. `status` is 0 when no answer came. */
export type Failure = Error & {
  readonly code: string;
  readonly status: number;
  readonly requestId: string;
  /** When to try again, from `Retry-After`; epoch milliseconds. */
  readonly retryAt: number | undefined;
};

type Details = { code: string; status: number; requestId?: string; retryAt?: number | undefined; message?: string };

export function failure({ code, status, requestId = '', retryAt, message = code }: Details): Failure {
  return Object.assign(new Error(message), { code, status, requestId, retryAt });
}

function isFailure(error: unknown): error is Failure {
  return error instanceof Error && 'code' in error && 'status' in error && 'requestId' in error;
}

/** Whatever was thrown, as a failure. A mistake of ours is shown like an answer that never came right. */
export function asFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  return failure({ code: 'CONSOLE', status: 500, message: String(error) });
}

/** The person closed the dialog that asked for the password; nothing needs to be said about that. */
export const gaveUp = 'GAVE_UP';
