/** How trust policies name who may come in: the one place where the language knows the form of such names. */
export interface PrincipalForm {
  /** The key of `principal` under which the names stand. */
  readonly key: string;
  /** Must match from the first to the last character. */
  readonly pattern: RegExp;
  /** For people. */
  readonly examples: readonly string[];
}

/** Root users and SAM users of operators, named exactly: there is no wildcard. */
export const PRINCIPALS: PrincipalForm = {
  key: 'soracom',
  pattern: /^srn:soracom:(OP\d{10})::(?:Operator:\1|User:[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/,
  examples: ['srn:soracom:OP0123456789::User:name', 'srn:soracom:OP0123456789::Operator:OP0123456789'],
};

/**
 * Services of the public reference, such as `Flux`, which its policies may let in. There is none here: they are kept as
 * they were written, and let nobody in. A name has no colon, so no user's name is taken for a service's.
 */
export const SERVICES: PrincipalForm = {
  key: 'service',
  pattern: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/,
  examples: ['Flux'],
};

/** No principal is longer; what is need not be looked at. */
export const LONGEST_PRINCIPAL = 128;
