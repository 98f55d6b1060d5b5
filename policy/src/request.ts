import { type Address, addressKey, parseAddress } from './address.ts';
import { DAY_SECONDS, dayName } from './calendar.ts';
import { LIMITS } from './limits.ts';
import { localSeconds } from './zone.ts';

/**
 * One call to be decided. The server fills it from the matched route and the session, never from raw headers.
 * A null, a missing or an unusable value makes the conditions that read it fail, nothing else.
 */
export interface Request {
  /** Name of the matched operation, `Tag:operationId`. */
  readonly api: string;
  readonly httpMethod: string;
  readonly requestPath: string;
  /** Decoded values of the `{name}`s of the matched path. */
  readonly pathVariables: Readonly<Record<string, string>>;
  /** Decoded; of a repeated parameter the first value counts. */
  readonly queryParameters: Readonly<Record<string, string | readonly string[]>>;
  /** Instant of the call, milliseconds since 1970-01-01T00:00:00Z. Conditions see whole seconds. */
  readonly nowMs: number;
  /** IANA name of the operator's time zone; `'UTC'` is the default and the fastest. */
  readonly timeZone: string;
  /** As the server determined it (trusted proxies only), IPv4 or IPv6 text. */
  readonly sourceIp: string | null;
  readonly samUserName: string | null;
  readonly operatorId: string;
  readonly mfaAuthenticated: boolean;
  readonly authMethod: 'password' | 'password+totp' | 'passkey' | 'authKey' | 'switchUser';
  /** Whole seconds. */
  readonly authAgeSeconds: number | null;
  /** Whole seconds; `Number.MAX_SAFE_INTEGER` when there never was a reset. */
  readonly secondsSinceMfaReset: number;
}

export type Value = string | number | boolean;

/** Reads a value of a call; undefined is a failure. */
export type Read = (request: Request) => Value | undefined;

/** How each variable is read. Dates are days, times and instants seconds, addresses their one spelling. */
const READERS: Readonly<Record<string, Read>> = {
  currentDate: (r) => {
    const local = localTime(r);
    return local === undefined ? undefined : Math.floor(local / DAY_SECONDS);
  },
  currentTime: (r) => {
    const local = localTime(r);
    // The second % is for zones behind UTC in the first hours of 1970.
    return local === undefined ? undefined : ((local % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  },
  currentDateTime: (r) => (localTime(r) === undefined ? undefined : Math.floor(r.nowMs / 1000)),
  currentDayOfWeek: (r) => {
    const local = localTime(r);
    return local === undefined ? undefined : dayName(Math.floor(local / DAY_SECONDS));
  },
  samUserName: (r) => text(r.samUserName),
  operatorId: (r) => text(r.operatorId),
  api: (r) => text(r.api),
  httpMethod: (r) => text(r.httpMethod),
  requestPath: (r) => text(r.requestPath),
  sourceIp: (r) => {
    const address = callerAddress(r);
    return address === undefined ? undefined : addressKey(address);
  },
  mfaAuthenticated: (r) => (typeof r.mfaAuthenticated === 'boolean' ? r.mfaAuthenticated : undefined),
  authMethod: (r) => text(r.authMethod),
  authAgeSeconds: (r) => count(r.authAgeSeconds),
  secondsSinceMfaReset: (r) => count(r.secondsSinceMfaReset),
};

// SECURITY: a name out of a document must not find what every object inherits.
const READER_BY_NAME: ReadonlyMap<string, Read> = new Map(Object.entries(READERS));

/** How the variable of this name is read. */
export function readVariable(name: string): Read {
  return READER_BY_NAME.get(name) ?? (() => undefined);
}

/** `pathVariable(name)`. */
export function readPathVariable(name: string): Read {
  return (r) => own(r.pathVariables, name);
}

/** `queryParameter(name)`. */
export function readQueryParameter(name: string): Read {
  return (r) => own(r.queryParameters, name);
}

// SECURITY: `pathVariable('constructor')` must not reach what every object inherits.
function own(values: Readonly<Record<string, string | readonly string[]>>, name: string): string | undefined {
  if (!Object.hasOwn(values, name)) return undefined;
  const value = values[name];
  return text(typeof value === 'object' ? value[0] : value);
}

// SECURITY: bounds the steps of `like`; a longer text fails (allow does not apply, deny does).
function text(value: string | null | undefined): string | undefined {
  return typeof value === 'string' && value.length <= LIMITS.textLength ? value : undefined;
}

// SECURITY: every comparison with NaN is false, which would let a deny pass; what is no whole number fails instead.
function count(value: number | null): number | undefined {
  return Number.isInteger(value) ? (value as number) : undefined;
}

function localTime(r: Request): number | undefined {
  return localSeconds(r.timeZone, Math.floor(r.nowMs / 1000));
}

// The last address read: the conditions of one decision ask for the same one again and again.
let lastText: string | null = null;
let lastAddress: Address | undefined;

/** The caller's address, or undefined when it is not known or not readable. */
export function callerAddress(r: Request): Address | undefined {
  if (r.sourceIp !== lastText) {
    lastText = r.sourceIp;
    lastAddress = typeof r.sourceIp === 'string' ? parseAddress(r.sourceIp) : undefined;
  }
  return lastAddress;
}
