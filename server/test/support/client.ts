import { confirmHeader, noWayBack } from '@warifu/contract';
import { assertDeclared, assertHeadersDeclared } from './contract.ts';
import { inject } from './inject.ts';
import type { TestServer } from './server.ts';

export type Credentials = { readonly apiKey: string; readonly token: string };

export type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown> & { code?: string };
  readonly text: string;
  readonly headers: Record<string, string | string[] | number | undefined>;
};

export type Call = {
  readonly as?: Credentials | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Address of the socket's peer. */
  readonly ip?: string;
};

/** The headers of whoever goes on although somebody then gets in less well (MFA0037). */
export const confirmed = { [confirmHeader]: noWayBack };

/** Calls the API as a program would. The statuses are kept for the check that nothing failed inside (I8). */
export async function call(server: TestServer, method: string, path: string, options: Call = {}): Promise<Answer> {
  const { as, body, headers = {}, ip = '198.51.100.7' } = options;
  const response = await inject(server.app, {
    method: method as 'GET',
    url: path,
    remoteAddress: ip,
    headers: {
      host: 'localhost:8787',
      ...(as && { 'x-soracom-api-key': as.apiKey, 'x-soracom-token': as.token }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = response.body;
  statuses.push(response.statusCode);
  assertDeclared(method, path, response.statusCode, text);
  assertHeadersDeclared(method, path, Object.keys(response.headers));
  return {
    status: response.statusCode,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {},
    text,
    headers: response.headers,
  };
}

const statuses: number[] = [];

/** The statuses of all calls since the last time this was asked. */
export function takeStatuses(): number[] {
  return statuses.splice(0);
}
