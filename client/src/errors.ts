import { type ErrorCode, type ErrorFacts, errorTable, factTypes } from './contract.ts';

/**
 * Why a call failed: a code of the server, or
 * - `NETWORK`: no answer came;
 * - `TIMEOUT`: none came in time;
 * - `UNEXPECTED`: an answer that Warifu does not give, as from a proxy before it or from a newer server.
 */
export type WarifuErrorCode = ErrorCode | 'NETWORK' | 'TIMEOUT' | 'UNEXPECTED';

type Details = {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** What the server can be asked about the failure by. */
  readonly requestId?: string;
  /** Seconds after which it may be tried again, where the server said so. */
  readonly retryAfter?: number;
  /** What the code is about, such as `field` or `permission`. */
  readonly facts?: ErrorFacts;
};

/** A call that failed. SECURITY: no text of it comes from what was sent, so it may be logged. */
export class WarifuError extends Error {
  override readonly name = 'WarifuError';
  readonly code: WarifuErrorCode;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly facts: ErrorFacts;

  constructor(code: WarifuErrorCode, message: string, details: Details = { status: 0 }) {
    super(message);
    this.code = code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
    this.facts = details.facts ?? {};
  }
}

/** Reads the body of an answer that is no success; `text` may be anything. */
export function errorOf(response: Response, text: string): WarifuError {
  const { status } = response;
  const body = objectIn(text);
  const { code, message } = body;
  const retryAfter = secondsOf(response.headers.get('retry-after'));
  const requestId = textOf(body.requestId) ?? response.headers.get('x-request-id') ?? undefined;
  const details = {
    status,
    ...(requestId !== undefined && { requestId }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
  if (!isErrorCode(code)) return new WarifuError('UNEXPECTED', `Unexpected answer with status ${status}`, details);
  return new WarifuError(code, textOf(message) ?? errorTable[code].en, { ...details, facts: factsIn(body) });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

function factsIn(body: Readonly<Record<string, unknown>>): ErrorFacts {
  const known = Object.entries(factTypes).filter(
    ([name, type]) => typeof body[name] === (type === 'integer' ? 'number' : 'string'),
  );
  return Object.fromEntries(known.map(([name]) => [name, body[name]]));
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** RFC 9110 §10.2.3: seconds or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
