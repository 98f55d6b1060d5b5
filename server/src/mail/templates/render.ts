import type { Language } from '@warifu/contract';
import { oneLine } from '../../audit/record.ts';
import type { Config } from '../../config/config.ts';
import { type Receipt, unknownSource } from '../../context.ts';
import type { MailFacts, Notice, Repeated } from '../facts.ts';
import type { StoredContent } from '../outbox.ts';
import { describeBrowser } from './browser.ts';
import { en } from './en/words.ts';
import { gatheredTimes, timesOf } from './gathered.ts';
import { toHtml } from './html.ts';
import { ja } from './ja/words.ts';
import { type Block, type FactLabel, type Letter, list, messageOf, pagesOf, paragraph, type Words } from './letter.ts';
import { toText } from './text.ts';

type Site = Pick<Config, 'baseUrl' | 'timeZone' | 'name' | 'accent'>;
export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string };

const languages: Readonly<Record<Language, Words>> = { en, ja };

/** The mail of stored facts, in its language: subject, and text and HTML that say the same. */
export function renderMail({ language, facts }: StoredContent, site: Site): RenderedMail {
  const letter = writeLetter(language, facts.template === 'notice' ? cleanNotice(facts) : clean(facts), site);
  return { subject: letter.subject, text: toText(letter), html: toHtml(letter) };
}

/** An instant with its zone, exact to the second, such as `22 November 2026 at 18:04:05 (Asia/Tokyo, GMT+09:00)`. */
export function formatTime(at: number, language: Language, timeZone: string): string {
  const locale = language === 'ja' ? 'ja' : 'en-GB';
  const time = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long', timeStyle: 'medium' }).format(at);
  if (timeZone === 'UTC') return `${time} (UTC)`;
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  return `${time} (${timeZone}, ${parts.find((part) => part.type === 'timeZoneName')?.value ?? ''})`;
}

function writeLetter(language: Language, facts: MailFacts, site: Site): Letter {
  const words = languages[language];
  const pages = pagesOf(site.baseUrl);
  const message = messageOf(words, facts, pages, (minutes) => formatLife(minutes, language));
  const format = (at: number) => formatTime(at, language, site.timeZone);
  const more = facts.template === 'notice' ? timesOf(facts) - 1 : 0;
  const subject = more > 0 ? words.gathered.subject(message.subject, more) : message.subject;
  return {
    language,
    accent: site.accent,
    subject: `[${site.name}] ${subject}`,
    blocks: [
      paragraph(message.fact),
      { kind: 'facts', rows: happening(words, facts, format) },
      ...(facts.template === 'notice' ? gatheredTimes(words, facts, pages, (one) => timeLine(words, one, format)) : []),
      ...(facts.template === 'notice' && facts.receipt ? ended(words, facts.receipt) : []),
      ...message.body,
      { kind: 'heading', text: userOf(facts) ? words.ifUnexpected : words.ifNotYou },
      ...message.ifNotYou,
      paragraph(words.footer(site.name, site.baseUrl)),
    ],
  };
}

function happening(words: Words, facts: MailFacts, format: (at: number) => string): [string, string][] {
  const asOf = facts.template === 'notice' ? facts.asOf : undefined;
  const values: Record<FactLabel, string> = {
    time: format(facts.at),
    asOf: asOf === undefined ? '' : format(asOf),
    ...sourceOf(words, facts),
    by: facts.template === 'notice' && facts.further ? (facts.by ?? '').replace(/^sam:/, '') : '',
    user: userOf(facts),
    account: facts.account,
    operatorId: facts.operatorId,
  };
  const labels = Object.keys(values) as FactLabel[];
  return labels
    .filter((label) => values[label] !== '')
    .map((label): [string, string] => [words.labels[label], values[label]]);
}

function sourceOf(words: Words, { sourceIp, userAgent }: Pick<MailFacts, 'sourceIp' | 'userAgent'>) {
  return {
    sourceIp: sourceIp === unknownSource ? words.unknownBrowser : sourceIp || words.onTheServer,
    // A host command has no browser.
    browser: sourceIp ? (describeBrowser(userAgent) ?? words.unknownBrowser) : '',
  };
}

function timeLine(words: Words, repeated: Repeated, format: (at: number) => string): string {
  const { sourceIp, browser } = sourceOf(words, repeated);
  return [format(repeated.at), repeated.userName, sourceIp, browser].filter((part) => part).join(' / ');
}

/** The SAM user that a mail is about. */
const userOf = (facts: MailFacts): string => ('userName' in facts && facts.userName) || '';

function ended(words: Words, receipt: Receipt): Block[] {
  const names = ['sessions', 'pendingSignIns', 'links', 'backupCodes'] as const;
  const items = names.filter((name) => receipt[name] > 0).map((name) => words.endedItem(name, receipt[name]));
  return items.length === 0 ? [paragraph(words.endedNothing)] : [paragraph(words.ended), list(items)];
}

function formatLife(minutes: number, language: Language): string {
  const [value, unit] = minutes >= 60 && minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** SECURITY: a line break or a reordering character in a fact could add a line of an attacker's to the mail. */
function clean<T extends MailFacts>(facts: T): T {
  const { sourceIp, account, operatorId } = facts;
  return { ...facts, sourceIp: bare(sourceIp), account: bare(account), operatorId: bare(operatorId) };
}

function cleanNotice(notice: Notice): Notice {
  const { userName, address, addresses, authKeyIds, by, reason, further } = notice;
  return clean({
    ...notice,
    ...(userName && { userName: bare(userName) }),
    ...(address && { address: bare(address) }),
    ...(addresses && { addresses: addresses.map(bare) }),
    ...(authKeyIds && { authKeyIds: authKeyIds.map(bare) }),
    ...(by && { by: bare(by) }),
    ...(reason && { reason: bare(reason) }),
    ...(further && { further: further.map(cleanRepeated) }),
  });
}

function cleanRepeated({ userName, sourceIp, ...rest }: Repeated): Repeated {
  return { ...rest, sourceIp: bare(sourceIp), ...(userName && { userName: bare(userName) }) };
}

const bare = (text: string): string => oneLine(text, 320).replaceAll('\u{fffd}', '');
