type Instant = number;

/** What every kind of factor has; a table of each kind holds its secrets. */
export type Factors = {
  operator_id: string;
  user_id: string;
  factor_id: string;
  kind: 'authenticator_app';
  /** What its owner calls it; empty when it has no name. */
  label: string;
  status: 'UNCONFIRMED' | 'ACTIVE';
  /** Credentials under which it was begun; it cannot be confirmed under others. */
  credential_version: number;
  created_at: Instant;
  activated_at: Instant | null;
  last_used_at: Instant | null;
  suspended_at: Instant | null;
};

export type AuthenticatorApps = {
  operator_id: string;
  user_id: string;
  factor_id: string;
  /** Sealed seed, bound to this row. */
  secret: string;
  /** Last accepted time step; a later code must belong to a greater one. */
  last_step: number;
  wrong_in_a_row: number;
  wrong_in_window: number;
  window_start: Instant;
};

export type BackupCodeSets = {
  operator_id: string;
  user_id: string;
  set_id: string;
  number: number;
  /** Random, and on the sheet of the codes: says which sheet is the valid one, and nothing about the codes. */
  mark: string;
  salt: string;
  /** Sealed JSON array of five hashes. */
  hashes: string;
  wrong_guesses: number;
  frozen_at: Instant | null;
  stored_at: Instant | null;
  created_at: Instant;
};
