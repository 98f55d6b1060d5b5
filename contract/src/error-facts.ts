/** A row of the table of codes. */
export type ErrorRow = {
  readonly status: number;
  readonly facts?: readonly FactName[];
  readonly en: string;
  readonly ja: string;
};

/** What a failure may tell a program, and how it is written; `retryAfter` in seconds, `until` in milliseconds of UNIX time, `line` and `column` from 1; `userNames` with commas between. */
export const factTypes = {
  field: 'string',
  rule: 'string',
  name: 'string',
  permission: 'string',
  userName: 'string',
  userNames: 'string',
  stepUp: 'string',
  limit: 'integer',
  count: 'integer',
  line: 'integer',
  column: 'integer',
  retryAfter: 'integer',
  until: 'integer',
} as const;

type FactName = keyof typeof factTypes;
export type ErrorFacts = { [name in FactName]?: (typeof factTypes)[name] extends 'integer' ? number : string };

/**
 * The header `WWW-Authenticate` of a call that would be allowed after proving more: the password again, or MFA (RFC 9470
 * §3). The only value of `acr_values` is the word that stands for MFA in `stepUp` and in `amr`.
 */
export const stepUpChallenges = {
  password: 'Bearer error="insufficient_user_authentication", max_age="0"',
  mfa: 'Bearer error="insufficient_user_authentication", acr_values="mfa"',
} as const;
