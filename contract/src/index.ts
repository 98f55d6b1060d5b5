import * as audit from './audit.ts';
import * as auth from './auth.ts';
import type { AnyEndpoint } from './endpoint.ts';
import * as mfa from './mfa.ts';
import * as operators from './operators.ts';

export * from './audit.ts';
export * from './auth.ts';
export * from './endpoint.ts';
export * from './errors.ts';
export * from './fields.ts';
export * from './mfa.ts';
export * from './operators.ts';

const isEndpoint = (value: unknown): value is AnyEndpoint =>
  typeof value === 'object' && value !== null && 'permission' in value && 'path' in value;

/** Every operation, in the order of the API pages. */
export const endpoints: readonly AnyEndpoint[] = [auth, operators, mfa, audit].flatMap((module) =>
  Object.values(module).filter(isEndpoint),
);
