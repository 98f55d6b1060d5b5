import { type ErrorFacts, factTypes } from '@warifu/contract';

/** Why a call did not succeed. `status` is 0 when no answer came. */
export type Failure = Error & {
  readonly code: string;
  readonly status: number;
  readonly requestId: string;
  /** When to try again, from `Retry-After`; epoch milliseconds. */
  readonly retryAt: number | undefined;
  /** What the server said beside the code; what to do about a failure comes from here, never out of its message. */
  readonly facts: ErrorFacts;
};

type Details = Pick<Failure, 'code' | 'status'> & Partial<Pick<Failure, 'requestId' | 'retryAt' | 'facts' | 'message'>>;

export function failure({ code, status, requestId = '', retryAt, facts = {}, message = code }: Details): Failure {
  return Object.assign(new Error(message), { code, status, requestId, retryAt, facts });
}

/** The facts in the body of an error; members of another type than the contract's are left out. */
export function factsOf(body: Record<string, unknown>): ErrorFacts {
  const fits = (name: string, type: string) => typeof body[name] === (type === 'integer' ? 'number' : type);
  const names = Object.entries(factTypes).filter(([name, type]) => fits(name, type));
  return Object.fromEntries(names.map(([name]) => [name, body[name]]));
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
