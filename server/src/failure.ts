import type { ErrorCode } from '@warifu/contract';

/** A refusal that the caller may see: a row of the table of codes. Everything else that is thrown becomes COM0003. */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly params: Record<string, string>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, params: Record<string, string> = {}, retryAfterSeconds?: number) {
    super(code);
    this.name = 'Failure';
    this.code = code;
    this.params = params;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
