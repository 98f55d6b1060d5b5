import type { ErrorCode, MessageParams } from '@warifu/contract';

/** A refusal that the caller may see: a row of the table of codes. Everything else that is thrown becomes COM0003. */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly params: MessageParams;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, params: MessageParams = {}, retryAfterSeconds?: number) {
    super(code);
    this.name = 'Failure';
    this.code = code;
    this.params = params;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
