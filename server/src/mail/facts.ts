import type { FactorKind } from '@warifu/contract';
import type { Receipt } from '../context.ts';

/** Security changes that every verified address is told about (R74). */
export type NoticeEvent =
  | 'operator_created'
  | 'mfa_enabled'
  | 'mfa_disabled'
  | 'mfa_reset_requested'
  | 'mfa_reset_cancelled'
  | 'mfa_reset_done'
  | 'backup_codes_renewed'
  | 'backup_codes_frozen'
  | 'password_changed'
  | 'password_reset'
  | 'sign_in_new_source'
  | 'sign_in_new_device'
  | 'sign_in_disowned'
  | 'sign_in_code_failed'
  | 'sign_in_after_failures'
  | 'password_suspended'
  | 'session_ended'
  | 'mfa_suspended'
  | 'factor_added'
  | 'factor_replaced'
  | 'factor_removed'
  | 'passkey_copied'
  | 'passkeys_other_host'
  | 'sam_mfa_enabled'
  | 'sam_mfa_disabled'
  | 'sam_mfa_reset_started'
  | 'sam_mfa_reset_approved'
  | 'sam_mfa_reset_stopped'
  | 'sam_mfa_reset_done'
  | 'sam_email_changed'
  | 'sam_email_removed'
  | 'auth_key_created'
  | 'trust_policy_changed'
  | 'email_added'
  | 'email_removed'
  | 'primary_email_changed'
  | 'account_locked'
  | 'host_override_requested'
  | 'host_override_done'
  | 'database_restored';

/** Where and when something happened. */
export type Happening = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly operatorId: string;
  /** Whose account, as a person knows it: the primary address. */
  readonly account: string;
};

export type Notice = Happening & {
  readonly template: 'notice';
  readonly event: NoticeEvent;
  /** The SAM user it is about; absent for the root user. */
  readonly userName?: string;
  /** It goes to that SAM user itself; the others go to the root user. */
  readonly toUser?: true;
  /** The address it is about. */
  readonly address?: string;
  /** The kind of factor that it is about. */
  readonly kind?: FactorKind;
  /** The former host of the server, for `passkeys_other_host`. */
  readonly host?: string;
  /** What the change ended. */
  readonly receipt?: Receipt;
  /** Why somebody did it, for `host_override_*` and `sam_mfa_reset_started`. */
  readonly reason?: string;
  /** The moment to which everything went back, for `database_restored`; absent when nobody knows it. Milliseconds. */
  readonly asOf?: number;
  /** When it happens unless it is stopped, for `host_override_requested`; milliseconds. */
  readonly dueAt?: number;
  /** Page that stops a reset, or cancels a change and locks the account. */
  readonly cancelLink?: string;
  /** Verified addresses, for `mfa_reset_done`. */
  readonly addresses?: readonly string[];
  /** IDs of the root user's AuthKeys, for `mfa_reset_done`, `account_locked` and `database_restored`: they still work. */
  readonly authKeyIds?: readonly string[];
  /** Who did it, as the audit log names them. */
  readonly by?: string;
  /** What the same actor did again, when it is told in one mail; `receipt` is that of all together. */
  readonly further?: readonly Repeated[];
  /** How many more there were than are named. */
  readonly unnamed?: number;
};

export type Repeated = Pick<Notice, 'at' | 'sourceIp' | 'userAgent' | 'userName'>;

export type LinkMail = Happening & {
  readonly template:
    | 'mfa_reset_link'
    | 'sam_mfa_reset_link'
    | 'password_reset_link'
    | 'sign_up_link'
    | 'add_email_link';
  readonly link: string;
  readonly lifeMinutes: number;
  /** The SAM user whose it is. */
  readonly userName?: string;
};

/** Somebody tried to sign up with an address that already has an account. */
export type KnownSignUpMail = Happening & { readonly template: 'sign_up_known' };

/** A root user tried whether mails arrive. */
export type TestMail = Happening & { readonly template: 'test_mail' };

/** Everything a mail is made of; the words are the template's. */
export type MailFacts = Notice | LinkMail | KnownSignUpMail | TestMail;
