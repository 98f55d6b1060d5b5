import type { AuthenticatorApps, BackupCodeSets, Factors, PasskeyChallenges, Passkeys } from './schema-factors.ts';
import type { Catalogues, GateCodes, GateKeys, GateSessions } from './schema-gate.ts';

export type { AuthenticatorApps, BackupCodeSets, Factors, PasskeyChallenges, Passkeys };

/** `user_id` of the root user of every operator. */
export const rootId = 'root';

/**
 * Tables as Kysely sees them. Ids and hashes are text, instants are milliseconds, yes/no is a nullable instant,
 * structured values are JSON text decoded by their owner. Every key begins with or carries `operator_id`.
 * A user is known by `user_id`, which is never used again: `root` for the root user of an operator. What belongs to a
 * user refers to it by a foreign key with cascade, so it cannot outlive its user.
 */
export type Database = {
  server_state: { key: string; value: string };
  operators: Operators;
  emails: Emails;
  users: Users;
  factors: Factors;
  authenticator_apps: AuthenticatorApps;
  passkeys: Passkeys;
  passkey_challenges: PasskeyChallenges;
  backup_code_sets: BackupCodeSets;
  sessions: Sessions;
  pending_sign_ins: PendingSignIns;
  mail_tokens: MailTokens;
  sign_ups: SignUps;
  login_accounts: LoginAccounts;
  attempt_windows: AttemptWindows;
  known_sources: KnownSources;
  known_devices: KnownDevices;
  deferred_requests: DeferredRequests;
  outbox: Outbox;
  audit_log: AuditLog;
  recovery_cases: RecoveryCases;
  auth_keys: AuthKeys;
  gate_keys: GateKeys;
  gate_sessions: GateSessions;
  gate_codes: GateCodes;
  catalogues: Catalogues;
  trusted_principals: TrustedPrincipals;
  roles: Roles;
  user_roles: { operator_id: string; user_id: string; role_id: string; attached_at: Instant };
  system_notifications: { operator_id: string; type: string; email_ids: string; updated_at: Instant };
  audit_heads: AuditHeads;
};

type Instant = number;

export type Operators = {
  operator_id: string;
  description: string;
  primary_email_id: string;
  /** Normalised primary address; unique over all operators. */
  primary_email_key: string;
  /** No MFA reset by mail before this time. */
  recovery_hold_until: Instant | null;
  /** JSON text; empty when there is none. */
  default_permissions: string;
  mfa_required_root_at: Instant | null;
  mfa_required_sam_at: Instant | null;
  /** Since when the escalation guard is off; it is on by default. */
  guard_off_at: Instant | null;
  /** Since when an assisted reset needs a second person's approval. */
  second_person_at: Instant | null;
  /** Since when users whose MFA was reset may change little for a day. */
  quarantine_at: Instant | null;
  /** Goes up with every change that a decision rests on: it serialises such changes, and a cache may trust it. */
  revision: number;
  created_at: Instant;
  updated_at: Instant;
};

export type Emails = {
  operator_id: string;
  email_id: string;
  /** Whose it is: the root user's are the operator's, a SAM user has one of its own. */
  user_id: string;
  email: string;
  email_key: string;
  verified_at: Instant | null;
  created_at: Instant;
  updated_at: Instant;
};

export type Users = {
  operator_id: string;
  user_id: string;
  /** The user name as no two may share it (`accountKey`), unique in its operator; empty for the root user. */
  name_key: string;
  user_name: string;
  description: string;
  language: 'en' | 'ja';
  /** Sealed, bound to this row. */
  password_hash: string | null;
  password_changed_at: Instant | null;
  /** `user_id` of who set the password: the user itself, or somebody who knows it as well. */
  password_set_by: string | null;
  /** 100 failures in a row: the password opens nothing until it is reset (R13). */
  password_suspended_at: Instant | null;
  /** Locked by the link of a notice: nothing signs in any more, until the password is reset. */
  locked_at: Instant | null;
  /** Grows with every change of password or MFA; what was proved under an older version is void. */
  credential_version: number;
  last_sign_in_at: Instant | null;
  /** JSON text of a SAM user's own permission; empty when it has none. */
  permission: string;
  trust_policy: string | null;
  /** What a reset of MFA is bound to: new when the first factor becomes active, null while there is none. */
  mfa_id: string | null;
  /** When MFA was last reset by recovery or by another user. */
  mfa_reset_at: Instant | null;
  mfa_required_at: Instant | null;
  /** Sets of backup codes, those of earlier enrolments included: each has a number of its own. */
  backup_code_sets_made: number;
  created_at: Instant;
  updated_at: Instant;
};

export type Sessions = {
  operator_id: string;
  session_id: string;
  user_id: string;
  kind: 'console' | 'api';
  token_hash: string;
  api_key_hash: string | null;
  /** What it was proved with: JSON text of `Proof[]`. */
  proofs: string;
  source_ip: string;
  user_agent: string;
  created_at: Instant;
  /** When password (and factor) were last proved; `stepUp` measures from here. */
  proved_at: Instant;
  expires_at: Instant;
  last_used_at: Instant;
  /** Wrong ones in a row at a step-up or another proof inside this session. */
  wrong_passwords: number;
  /** AuthKey that opened it; deleting the key ends it. */
  auth_key_id: string | null;
  /** Session that switched to this user; this one lives no longer than that one. */
  origin_operator_id: string | null;
  origin_session_id: string | null;
  /** SRN of the user behind a switched session. */
  origin_principal: string | null;
};

export type PendingSignIns = {
  operator_id: string;
  pending_id: string;
  user_id: string;
  token_hash: string;
  /** `api`: a program's right password without a code. No token opens it; it is there to be told of (R16). */
  kind: 'console' | 'api';
  source_ip: string;
  user_agent: string;
  credential_version: number;
  wrong_codes: number;
  created_at: Instant;
  expires_at: Instant;
};

export type MailTokenPurpose =
  | 'mfa_reset'
  | 'mfa_reset_cancel'
  | 'mfa_reset_assisted'
  | 'password_reset'
  | 'account_lock'
  | 'add_email'
  | 'sign_up';

export type MailTokens = {
  operator_id: string;
  token_id: string;
  /** Null when it makes a user. */
  user_id: string | null;
  purpose: MailTokenPurpose;
  token_hash: string;
  /** Ties the records of one reset together, from asking to its end. */
  case_id: string | null;
  /** Enrolment for which an MFA reset was asked. */
  mfa_id: string | null;
  /** Address that the token verifies. */
  email_id: string | null;
  /** Sign-up that it finishes. */
  sign_up_id: string | null;
  /** Primary address that it brings back; its row may be gone by then. */
  address: string | null;
  credential_version: number;
  failures: number;
  created_at: Instant;
  expires_at: Instant;
  used_at: Instant | null;
  voided_at: Instant | null;
};

export type SignUps = {
  sign_up_id: string;
  email: string;
  email_key: string;
  /** Sealed. */
  password_hash: string;
  language: 'en' | 'ja';
  created_at: Instant;
  expires_at: Instant;
};

export type LoginAccounts = {
  account_key: string;
  /** Consecutive evaluated failures. */
  failures: number;
  /** Strange sources are refused until then. */
  wait_until: Instant;
  updated_at: Instant;
};

export type AttemptWindows = { scope: string; key: string; window_start: Instant; count: number };
export type KnownSources = { operator_id: string; user_id: string; source: string; last_success_at: Instant };
/** Browsers that signed in to an account. */
export type KnownDevices = { operator_id: string; user_id: string; device_hash: string; last_seen_at: Instant };

export type DeferredRequests = {
  request_id: string;
  kind: 'password_reset' | 'mfa_reset' | 'sign_up';
  /** Sealed JSON. */
  payload: string;
  created_at: Instant;
  claimed_until: Instant;
};

export type Outbox = {
  operator_id: string;
  mail_id: string;
  template: string;
  recipient: string;
  /** Sealed JSON of the mail's facts; emptied once the mail is sent or dropped. */
  content: string;
  message_id: string;
  created_at: Instant;
  /** Not sent any more after this time. */
  not_after: Instant;
  next_attempt_at: Instant;
  attempts: number;
  claimed_until: Instant;
  sent_at: Instant | null;
  dropped_at: Instant | null;
  last_error: string;
  /** Key of a mail that others may be gathered into. */
  gathers: string | null;
};

export type AuditLog = {
  operator_id: string;
  sequence: number;
  at: Instant;
  api_kind: string;
  user_name: string;
  actor: string;
  target: string;
  outcome: 'success' | 'failure' | 'refused';
  reason: string;
  status_code: number;
  method: string;
  path: string;
  source_ip: string;
  user_agent: string;
  request_id: string;
  detail: string;
  previous_hash: string;
  hash: string;
};

/** Where a chain of the audit log begins and ends. */
export type AuditHeads = {
  operator_id: string;
  /** The last record: its number, its hash, its time. */
  sequence: number;
  hash: string;
  at: Instant;
  /** The time of the oldest record that is kept. */
  first_at: Instant;
  /** The last record that was pruned: 0, empty and 0 while none was. Rows up to it count as gone. */
  pruned_sequence: number;
  pruned_hash: string;
  pruned_at: Instant;
};

export type AuthKeys = {
  operator_id: string;
  auth_key_id: string;
  user_id: string;
  secret_hash: string;
  created_at: Instant;
  last_used_at: Instant | null;
};

export type Roles = {
  operator_id: string;
  role_id: string;
  /** The role's name as no two may share it (`accountKey`), unique in its operator. */
  role_key: string;
  description: string;
  permission: string;
  /** From when on its users must have MFA, as `mfa_required_…` of operators and users; null when they need not. */
  mfa_required_at: Instant | null;
  created_at: Instant;
  updated_at: Instant;
};

/** Who may switch to a user: resolved when the trust policy was saved, so a later user of a name is not meant. */
export type TrustedPrincipals = {
  operator_id: string;
  user_id: string;
  principal_operator_id: string;
  principal_user_id: string;
  /** Number of the statement in the trust policy, from 0. */
  statement: number;
};

/** An MFA reset from its asking to its end: done, stopped, or over when its enrolment is gone. */
export type RecoveryCases = {
  operator_id: string;
  case_id: string;
  user_id: string;
  /** Who asked: somebody with the password, by mail; with a shell on the host; or somebody who helps a SAM user. */
  kind: 'mail' | 'host' | 'assisted';
  /** The MFA that it switches off; of a later one it says nothing. */
  mfa_id: string;
  /** Empty when the host did not ask. */
  host_user: string;
  reason: string;
  /** `assisted`: how the user gets what it finishes with. Empty for the others, as are the six below. */
  hand_over: '' | 'mail' | 'code';
  /** Sealed salt of the code that was handed over. */
  code_salt: string;
  /** Credentials of the user under which it was asked. */
  credential_version: number;
  /** `user_id` of who started it, and what that one's right to do so rested on. */
  started_by: string | null;
  starter_basis: string;
  /** Somebody else has to approve it, until then; null when nobody has to. */
  approval_due_at: Instant | null;
  approved_by: string | null;
  approver_basis: string;
  asked_at: Instant;
  /** `host`: it happens then, unless somebody stops it. `mail` and `assisted`: it can be finished until then. */
  due_at: Instant;
  done_at: Instant | null;
  stopped_at: Instant | null;
};
