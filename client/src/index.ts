export * from './client.ts';
export type { ErrorCode, ErrorFacts, Operations } from './contract.ts';
export { WarifuError, type WarifuErrorCode } from './errors.ts';
export type { MfaOwner } from './mfa.ts';
export type { Credential, Language } from './request.ts';
