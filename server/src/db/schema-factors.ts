type Instant = number;

/** What every kind of factor has; a table of each kind holds its secrets. */
export type Factors = {
  operator_id: string;
  user_id: string;
  factor_id: string;
  kind: 'authenticator_app' | 'passkey';
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

/** The public half of a passkey (W3C WebAuthn L3 §4, credential record). */
export type Passkeys = {
  operator_id: string;
  user_id: string;
  factor_id: string;
  /** As its device knows it: base64url, unique over all operators. */
  credential_id: string;
  /** Sealed COSE key, bound to this row: nobody without a key of the server can put in another one. */
  public_key: string;
  /** 64 random bytes, base64url: by this its device knows the user, and nothing of it can be read from this. */
  user_handle: string;
  /** Relying party ID that it was made for; it works for no other. */
  rp_id: string;
  sign_count: number;
  /** Whether it stays in one device or is kept in step between several. */
  device_type: 'singleDevice' | 'multiDevice';
  /** JSON text: how its device can be reached. */
  transports: string;
};

/** A challenge that nobody answered yet (R32). */
export type PasskeyChallenges = {
  /** Empty for whoever has not said who it is. */
  operator_id: string;
  challenge_id: string;
  user_id: string | null;
  /** Registration, proof beside a password or in a session, whole sign-in. */
  ceremony: 'register' | 'prove' | 'sign_in';
  /** What it was made for: a session, a pending sign-in, or the hash of a cookie. */
  bound_to: string;
  challenge: string;
  user_handle: string | null;
  credential_version: number;
  created_at: Instant;
  expires_at: Instant;
};
