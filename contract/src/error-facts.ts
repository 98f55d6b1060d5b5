/** A row of the table of codes. */
export type ErrorRow = {
  readonly status: number;
  readonly facts?: readonly FactName[];
  readonly en: string;
  readonly ja: string;
};

/** What a failure may tell a program, and how it is written; `retryAfter` in seconds, `until` in milliseconds of UNIX time, `line` and `column` from 1. */
export const factTypes = {
  field: 'string',
  rule: 'string',
  name: 'string',
  permission: 'string',
  userName: 'string',
  limit: 'integer',
  count: 'integer',
  line: 'integer',
  column: 'integer',
  retryAfter: 'integer',
  until: 'integer',
} as const;

type FactName = keyof typeof factTypes;
export type ErrorFacts = { [name in FactName]?: (typeof factTypes)[name] extends 'integer' ? number : string };
