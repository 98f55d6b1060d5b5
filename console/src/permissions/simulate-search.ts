import { type AuthMethod, authMethods } from '@warifu/contract';
import { fromLocal } from '../time.ts';

export const methods = authMethods;
export type Method = AuthMethod;

/** A call to judge, as far as the address or a link gives it. */
export type SimulateSearch = {
  user?: string;
  api?: string;
  path?: Record<string, string>;
  query?: Record<string, string>;
  ip?: string;
  at?: number;
  method?: Method;
  /** Seconds since the password was proved, and since MFA was reset. */
  proved?: number;
  reset?: number;
};

/** What an address says; anything else in it is passed over. */
export function readSimulateSearch(search: Record<string, unknown>): SimulateSearch {
  const { user, api, path, query, ip, at, method, proved, reset } = search;
  return {
    ...(textOf(user) ? { user: textOf(user) } : {}),
    ...(textOf(api) ? { api: textOf(api) } : {}),
    ...(isObject(path) ? { path: texts(path) } : {}),
    ...(isObject(query) ? { query: texts(query) } : {}),
    ...(textOf(ip) ? { ip: textOf(ip) } : {}),
    ...(typeof at === 'number' ? { at } : {}),
    ...(isMethod(method) ? { method } : {}),
    ...(isSeconds(proved) ? { proved } : {}),
    ...(isSeconds(reset) ? { reset } : {}),
  };
}

export const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function texts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

function isMethod(value: unknown): value is Method {
  return methods.some((method) => method === value);
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** What was typed into the form. */
export type Typed = {
  user: string;
  api: string;
  ip: string;
  at: string;
  method: string;
  proved: string;
  reset: string;
};

/** Digits, as people type them in either width; null for what is no number of seconds. */
export function secondsOf(typed: string): number | undefined | null {
  const plain = typed.normalize('NFKC').trim();
  if (plain === '') return undefined;
  return /^\d{1,15}$/.test(plain) ? Number(plain) : null;
}

type Named = { readonly pathVariables: readonly string[]; readonly queryParameters: readonly string[] };
type Values = Readonly<Record<string, string>>;

/**
 * The question as an address says it; of the values typed beside it only those that the operation has.
 * @param known the operation that was named
 */
export function toSearch(
  typed: Typed,
  known: Named | undefined,
  values: { path: Values; query: Values },
): SimulateSearch {
  const path = pick(values.path, known?.pathVariables);
  const query = pick(values.query, known?.queryParameters);
  const [ip, at, proved, reset] = [
    typed.ip.trim(),
    fromLocal(typed.at),
    secondsOf(typed.proved),
    secondsOf(typed.reset),
  ];
  return {
    user: typed.user,
    api: typed.api.trim(),
    ...(path && { path }),
    ...(query && { query }),
    ...(ip && { ip }),
    ...(at !== undefined && { at }),
    ...(isMethod(typed.method) && { method: typed.method }),
    ...(typeof proved === 'number' && { proved }),
    ...(typeof reset === 'number' && { reset }),
  };
}

function pick(values: Values, names: readonly string[] = []): Record<string, string> | undefined {
  const wanted = names.flatMap((name) => (values[name] ? [[name, values[name]] as const] : []));
  return wanted.length > 0 ? Object.fromEntries(wanted) : undefined;
}
