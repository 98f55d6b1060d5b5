/** How trust policies name who may come in; the forms of users' names are the host's, and given to the reader. */
export interface PrincipalForm {
  /** The key of `principal` under which the names stand. */
  readonly key: string;
  /** Whether a text, in Unicode NFC, is such a name. */
  readonly accepts: (text: string) => boolean;
  /** For people. */
  readonly examples: readonly string[];
}

/**
 * Services of the public reference, such as `Flux`, which its policies may let in. There is none here: they are kept as
 * they were written, and let nobody in. A name has no colon, so no user's name is taken for a service's.
 */
export const SERVICES: PrincipalForm = {
  key: 'service',
  accepts: (text) => /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/.exec(text)?.[0] === text,
  examples: ['Flux'],
};

/** No principal is longer; what is need not be looked at. */
export const LONGEST_PRINCIPAL = 256;
