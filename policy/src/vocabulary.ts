import type { Type } from './ast.ts';

/** What an editor shows about a name, and what the checker knows of it. The one list of names of the language. */
export interface VariableEntry {
  readonly name: string;
  readonly type: Type;
  readonly meaning: Meaning;
  /** All values it can have, when that is a short list. */
  readonly values?: readonly string[];
}

export interface FunctionEntry {
  readonly name: string;
  readonly type: Type;
  /** Each argument is a literal of this type. */
  readonly argument: 'integer' | 'string';
  readonly fewest: number;
  readonly most: number;
  /** For people: `date(year, month, day)`. */
  readonly signature: string;
  /** What an editor inserts. */
  readonly example: string;
  readonly meaning: Meaning;
}

export interface Meaning {
  readonly en: string;
  readonly ja: string;
}

const DAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const AUTH_METHODS = ['password', 'password+totp', 'passkey', 'authKey', 'switchUser'];

export const VARIABLES: readonly VariableEntry[] = [
  variable('currentDate', 'date', {
    en: "Day of the call, in the operator's time zone",
    ja: '呼び出しの日付 (オペレーターのタイムゾーン)',
  }),
  variable('currentTime', 'time', {
    en: "Time of day of the call, in the operator's time zone",
    ja: '呼び出しの時刻 (オペレーターのタイムゾーン)',
  }),
  variable('currentDateTime', 'instant', { en: 'Date and time of the call', ja: '呼び出しの日時' }),
  variable(
    'currentDayOfWeek',
    'string',
    { en: "Day of the week, in the operator's time zone", ja: '呼び出しの曜日 (オペレーターのタイムゾーン)' },
    DAYS,
  ),
  variable('samUserName', 'string', { en: 'Name of the calling SAM user', ja: '呼び出した SAM ユーザーの名前' }),
  variable('operatorId', 'string', { en: 'ID of the operator', ja: 'オペレーター ID' }),
  variable('api', 'string', { en: 'Name of the called operation', ja: '呼び出した操作の名前' }),
  variable('httpMethod', 'string', { en: 'HTTP method of the call', ja: '呼び出しの HTTP メソッド' }, METHODS),
  variable('requestPath', 'string', { en: 'Path of the call', ja: '呼び出しのパス' }),
  variable('sourceIp', 'address', { en: 'Address of the caller', ja: '呼び出し元の IP アドレス' }),
  variable('mfaAuthenticated', 'boolean', {
    en: 'Whether this session was opened with a second factor',
    ja: 'このセッションが多要素認証で始まったかどうか',
  }),
  variable('authMethod', 'string', { en: 'How the caller authenticated', ja: '呼び出し元の認証方法' }, AUTH_METHODS),
  variable('authAgeSeconds', 'integer', {
    en: 'Seconds since the person last proved its password or key',
    ja: '最後にパスワードまたはキーを確認してからの秒数',
  }),
  variable('secondsSinceMfaReset', 'integer', {
    en: 'Seconds since MFA was last reset; huge when never',
    ja: '多要素認証が最後にリセットされてからの秒数 (一度もなければ非常に大きな値)',
  }),
];

export const FUNCTIONS: readonly FunctionEntry[] = [
  {
    name: 'date',
    type: 'date',
    argument: 'integer',
    fewest: 3,
    most: 3,
    signature: 'date(year, month, day)',
    example: 'date(2027, 01, 31)',
    meaning: { en: 'A day', ja: '日付' },
  },
  {
    name: 'time',
    type: 'time',
    argument: 'integer',
    fewest: 2,
    most: 3,
    signature: 'time(hour, minute[, second])',
    example: 'time(09, 00)',
    meaning: { en: 'A time of day', ja: '時刻' },
  },
  {
    name: 'dateTime',
    type: 'instant',
    argument: 'integer',
    fewest: 5,
    most: 6,
    signature: 'dateTime(year, month, day, hour, minute[, second])',
    example: 'dateTime(2027, 01, 31, 09, 00)',
    meaning: { en: "A date and time on the operator's wall clock", ja: '日時 (オペレーターのタイムゾーン)' },
  },
  {
    name: 'ipAddress',
    type: 'boolean',
    argument: 'string',
    fewest: 1,
    most: 100,
    signature: "ipAddress('cidr'[, 'cidr'…])",
    example: "ipAddress('10.0.0.0/8')",
    meaning: {
      en: "Whether the caller's address is in one of the ranges",
      ja: '呼び出し元のアドレスがいずれかの範囲に含まれるかどうか',
    },
  },
  {
    name: 'pathVariable',
    type: 'string',
    argument: 'string',
    fewest: 1,
    most: 1,
    signature: "pathVariable('name')",
    example: "pathVariable('user_name')",
    meaning: { en: 'Value of a {name} in the path of the operation', ja: '操作のパスにある {name} の値' },
  },
  {
    name: 'queryParameter',
    type: 'string',
    argument: 'string',
    fewest: 1,
    most: 1,
    signature: "queryParameter('name')",
    example: "queryParameter('limit')",
    meaning: { en: 'First value of a query parameter', ja: 'クエリパラメーターの最初の値' },
  },
];

/** Words of the grammar, for completion and for "write and instead of AND". */
export const KEYWORDS = ['and', 'or', 'not', 'in', 'like', 'true', 'false'] as const;

export const VARIABLE_BY_NAME: ReadonlyMap<string, VariableEntry> = new Map(VARIABLES.map((v) => [v.name, v]));

export const FUNCTION_BY_NAME: ReadonlyMap<string, FunctionEntry> = new Map(FUNCTIONS.map((f) => [f.name, f]));

function variable(name: string, type: Type, meaning: Meaning, values?: readonly string[]): VariableEntry {
  return { name, type, meaning, ...(values !== undefined && { values }) };
}
