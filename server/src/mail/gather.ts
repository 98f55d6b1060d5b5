import type { Context, Receipt } from '../context.ts';
import type { Db } from '../db/database.ts';
import { limits } from '../limits.ts';
import type { Notice, NoticeEvent } from './facts.ts';
import { amendMail, enqueueMail, type NewMail } from './outbox.ts';

/**
 * SECURITY: what one user can make happen to SAM users again and again. Everything else goes out at once, one mail for each:
 * what is about the root user, what has a link that stops it, and what strangers cause.
 */
const repeatable: readonly NoticeEvent[] = [
  'sam_mfa_enabled',
  'sam_mfa_disabled',
  'factor_added',
  'factor_replaced',
  'factor_removed',
  'trust_policy_changed',
  'auth_key_created',
  'password_changed',
  'session_ended',
  'sign_in_disowned',
  'sign_in_after_failures',
];

type NoticeMail = NewMail & { readonly facts: Notice };

/**
 * Puts a notice into the outbox. The first of its kind by one user goes out at once. Further ones share a mail, which is
 * due when the time slot ends and names each; the slot after it begins as if that were its first.
 */
export async function enqueueNotice(db: Db, ctx: Context, mail: NoticeMail): Promise<void> {
  const kind = kindOf(mail.facts);
  if (kind === undefined) return void (await enqueueMail(db, ctx, mail));
  const { slot } = limits.mail.gathered;
  const begun = ctx.now() - (ctx.now() % slot);
  // A mail that was gathered until now has the same key as the first of the slot that begins: then this is no first one.
  if (await enqueueMail(db, ctx, { ...mail, gathers: `${kind} ${begun}` })) return;
  const gathering = { ...mail, gathers: `${kind} ${begun + slot}`, dueAt: begun + slot };
  if (await enqueueMail(db, ctx, gathering)) return;
  if (await amendMail(db, ctx, gathering, (facts) => withOne(facts as Notice, mail.facts))) return;
  // It left early, as after a corrected clock.
  await enqueueMail(db, ctx, mail);
}

/** What notices must have in common to share a mail; undefined for one that shares none. */
function kindOf({ event, userName, by, kind, cancelLink }: Notice): string | undefined {
  const isAboutUser = userName !== undefined && by !== undefined && cancelLink === undefined;
  return isAboutUser && repeatable.includes(event) ? `${event} ${kind ?? ''} ${by}` : undefined;
}

function withOne(gathered: Notice, { at, sourceIp, userAgent, userName, receipt }: Notice): Notice {
  const { further = [], unnamed = 0 } = gathered;
  const sum = sumOf(gathered.receipt, receipt);
  const rest = { ...gathered, ...(sum && { receipt: sum }) };
  if (further.length + 1 >= limits.mail.gathered.named) return { ...rest, unnamed: unnamed + 1 };
  return { ...rest, further: [...further, { at, sourceIp, userAgent, ...(userName && { userName }) }] };
}

function sumOf(one: Receipt | undefined, other: Receipt | undefined): Receipt | undefined {
  if (!one || !other) return one ?? other;
  const { sessions, pendingSignIns, links, backupCodes } = other;
  return {
    sessions: one.sessions + sessions,
    pendingSignIns: one.pendingSignIns + pendingSignIns,
    links: one.links + links,
    backupCodes: one.backupCodes + backupCodes,
  };
}
