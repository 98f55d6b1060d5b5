// Tables of what guarded programs ask.

type Instant = number;

export type Catalogues = {
  /** Its operator, `/` and its name: each name once. */
  catalogue_id: string;
  /** Null for one of the host, which all operators see. */
  operator_id: string | null;
  name: string;
  /** Empty for any host. */
  host: string;
  unknown: 'deny' | 'signed in';
  /** JSON array of the operations. */
  operations: string;
  /** Another one with each import. */
  revision: string;
  imported_at: Instant;
};

export type GateKeys = {
  gate_key_id: string;
  /** The one operator that it may ask about; null for every operator of the host. */
  operator_id: string | null;
  name: string;
  secret_hash: string;
  created_at: Instant;
  last_used_at: Instant | null;
};

/** A browser that is signed in to a guarded program, within its session at the console. */
export type GateSessions = {
  operator_id: string;
  session_id: string;
  /** Of the program; with the port unless it is the scheme's own. */
  host: string;
  token_hash: string;
  created_at: Instant;
};

/** What the console hands to such a program, once, by way of the browser. */
export type GateCodes = {
  operator_id: string;
  code_hash: string;
  session_id: string;
  host: string;
  /** Hash of a secret that only the browser which began has, for that host. */
  challenge: string;
  return_to: string;
  created_at: Instant;
  expires_at: Instant;
};
