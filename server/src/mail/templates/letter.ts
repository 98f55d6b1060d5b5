import type { Language } from '@warifu/contract';
import type { Receipt } from '../../context.ts';
import { limits } from '../../limits.ts';
import type { KnownSignUpMail, LinkMail, MailFacts, Notice, NoticeEvent } from '../facts.ts';

/** A sentence and the address of a page that belongs to it; the address stands on its own line and is no live link. */
export type Pointer = { readonly text: string; readonly page?: string };

/** A mail as data. Text and HTML are two prints of the same blocks, so that they cannot tell different things. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'steps'; readonly items: readonly Pointer[] }
  | { readonly kind: 'pointer'; readonly item: Pointer }
  /** The one live link that a mail may have. */
  | { readonly kind: 'link'; readonly url: string };

export type Letter = {
  readonly language: Language;
  /** The colour of this server, when it has one of its own. */
  readonly accent: string | undefined;
  readonly subject: string;
  readonly blocks: readonly Block[];
};

/** What one kind of mail says in one language; the frame around it is the same for all. */
export type Message = {
  readonly subject: string;
  /** First line: what happened. */
  readonly fact: string;
  /** What follows from it, what stays, what to do next. */
  readonly body: readonly Block[];
  /** Under "If this was not you". */
  readonly ifNotYou: readonly Block[];
};

export type FactLabel = 'time' | 'asOf' | 'sourceIp' | 'browser' | 'by' | 'user' | 'account' | 'operatorId';

/** Changes that only a SAM user can be the subject of. */
type SamOnlyEvent =
  | 'sam_mfa_enabled'
  | 'sam_mfa_disabled'
  | 'sam_mfa_reset_started'
  | 'sam_mfa_reset_approved'
  | 'sam_mfa_reset_stopped'
  | 'sam_mfa_reset_done'
  | 'sam_email_changed'
  | 'sam_email_removed'
  | 'trust_policy_changed';
/** What is told of the root user and of SAM users, each in its own words. */
type SharedEvent =
  | 'password_changed'
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
  | 'auth_key_created';
type WriteNotice = (pages: Pages, notice: Notice) => Message;

/** All words of a language. A missing one does not compile. */
export type Words = {
  readonly labels: Readonly<Record<FactLabel, string>>;
  readonly unknownBrowser: string;
  /** Instead of an IP address when a host command did it. */
  readonly onTheServer: string;
  readonly ifNotYou: string;
  /** Instead of `ifNotYou` when it is about a SAM user: the root user reads it. */
  readonly ifUnexpected: string;
  readonly endedNothing: string;
  readonly ended: string;
  readonly endedItem: (name: keyof Receipt, count: number) => string;
  /** Of a notice that tells of several times. */
  readonly gathered: {
    readonly subject: (first: string, more: number) => string;
    readonly times: (count: number) => string;
    readonly unnamed: (count: number) => string;
    /** What is written about the first one holds for each. */
    readonly first: string;
    readonly users: string;
  };
  readonly footer: (name: string, baseUrl: string) => string;
  readonly notices: Readonly<Record<Exclude<NoticeEvent, SamOnlyEvent>, WriteNotice>>;
  /** The root user is told, and reads what the root user can do; the SAM user itself too, when it has an address. */
  readonly samNotices: Readonly<
    Record<SamOnlyEvent | SharedEvent, (pages: Pages, userName: string, notice: Notice) => Message>
  >;
  /** What the SAM user itself reads instead of what the root user can do. */
  readonly askRoot: (pages: Pages) => readonly Block[];
  readonly linkMails: Readonly<Record<LinkMail['template'], (pages: Pages, mail: LinkMail, life: string) => Message>>;
  readonly knownSignUp: (pages: Pages, mail: KnownSignUpMail) => Message;
  readonly testMail: (pages: Pages) => Message;
};

/** Pages that mails point to. */
export type Pages = ReturnType<typeof pagesOf>;

export function pagesOf(baseUrl: string) {
  return {
    login: `${baseUrl}/login`,
    help: `${baseUrl}/help/login`,
    sessions: `${baseUrl}/security/sessions`,
    signIns: `${baseUrl}/security/logins`,
    mfa: `${baseUrl}/security/mfa`,
    passkeys: `${baseUrl}/security/passkeys`,
    password: `${baseUrl}/security/password`,
    forgotPassword: `${baseUrl}/password/forgot`,
    resetMfa: `${baseUrl}/mfa/reset`,
    keys: `${baseUrl}/security/keys`,
    users: `${baseUrl}/security/users`,
    user: (name: string) => `${baseUrl}/security/users/${encodeURIComponent(name.toWellFormed())}`,
    auditLog: `${baseUrl}/logs/audit`,
  };
}

/** How long a password reset by mail, or another primary address, blocks an MFA reset. */
export const holdHours = limits.recovery.holdAfterReset / limits.hour;

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const list = (items: readonly string[]): Block => ({ kind: 'list', items });
export const steps = (...items: readonly Pointer[]): Block => ({ kind: 'steps', items });
export const pointer = (text: string, page: string): Block => ({ kind: 'pointer', item: { text, page } });
export const link = (url: string): Block => ({ kind: 'link', url });

/** The words of a mail's kind. */
export function messageOf(words: Words, facts: MailFacts, pages: Pages, life: (minutes: number) => string): Message {
  if (facts.template === 'notice') return noticeOf(words, facts, pages);
  if (facts.template === 'sign_up_known') return words.knownSignUp(pages, facts);
  if (facts.template === 'test_mail') return words.testMail(pages);
  return words.linkMails[facts.template](pages, facts, life(facts.lifeMinutes));
}

function noticeOf(words: Words, notice: Notice, pages: Pages): Message {
  const { event, userName } = notice;
  if (userName && (isSamOnly(event) || isShared(event, words))) {
    const message = words.samNotices[event](pages, userName, notice);
    return notice.toUser ? { ...message, ifNotYou: toUser(words, notice, pages, message) } : message;
  }
  if (isSamOnly(event)) return words.samNotices[event](pages, userName ?? '', notice);
  return words.notices[event](pages, notice);
}

/** A SAM user can stop what has a link; the rest is for the root user to do. */
function toUser(words: Words, { cancelLink }: Notice, pages: Pages, { ifNotYou }: Message): Block[] {
  const stop = cancelLink === undefined ? [] : ifNotYou.slice(0, ifNotYou.findIndex(({ kind }) => kind === 'link') + 1);
  return [...stop, ...words.askRoot(pages)];
}

const samOnly: Readonly<Record<SamOnlyEvent, true>> = {
  sam_mfa_enabled: true,
  sam_mfa_disabled: true,
  sam_mfa_reset_started: true,
  sam_mfa_reset_approved: true,
  sam_mfa_reset_stopped: true,
  sam_mfa_reset_done: true,
  sam_email_changed: true,
  sam_email_removed: true,
  trust_policy_changed: true,
};
const isSamOnly = (event: NoticeEvent): event is SamOnlyEvent => event in samOnly;
const isShared = (event: NoticeEvent, words: Words): event is SharedEvent => event in words.samNotices;
