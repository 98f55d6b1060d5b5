import { BlockList, isIP } from 'node:net';
import type { Request } from '../src/index.ts';

/**
 * The slow, obviously right reading of the language page. It never sees the parser's tree: the generator of a
 * condition hands over its text together with its meaning, built from the functions here.
 */
export type Truth = 'true' | 'false' | 'fails';
export type Meaning = (call: Request) => Truth;

export interface ModelCondition {
  readonly text: string;
  readonly meaning: Meaning;
}

export interface ModelStatement {
  readonly effect: 'allow' | 'deny';
  readonly api: readonly string[];
  readonly condition: ModelCondition | null;
}

/** Deciding, rules 1 to 5 of the page, word by word. */
export function decideSlowly(statements: readonly ModelStatement[], call: Request): 'allow' | 'deny' {
  const applying = statements.filter((s) => applies(s, call));
  if (applying.some(({ effect }) => effect === 'deny')) return 'deny';
  return applying.some(({ effect }) => effect === 'allow') ? 'allow' : 'deny';
}

function applies({ effect, api, condition }: ModelStatement, call: Request): boolean {
  if (!api.some((pattern) => matchesSlowly(pattern, call.api))) return false;
  const truth = condition === null ? 'true' : condition.meaning(call);
  return truth === 'true' || (truth === 'fails' && effect === 'deny');
}

/** Tries every length for every `*`. */
export function matchesSlowly(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*')
    return pattern[0] === text[0] && text !== '' && matchesSlowly(pattern.slice(1), text.slice(1));
  for (let taken = 0; taken <= text.length; taken++)
    if (matchesSlowly(pattern.slice(1), text.slice(taken))) return true;
  return false;
}

/** The three-valued tables of the page, by looking at all parts. */
export function every(truths: readonly Truth[]): Truth {
  if (truths.includes('false')) return 'false';
  return truths.includes('fails') ? 'fails' : 'true';
}

export function some(truths: readonly Truth[]): Truth {
  if (truths.includes('true')) return 'true';
  return truths.includes('fails') ? 'fails' : 'false';
}

export function not(truth: Truth): Truth {
  if (truth === 'fails') return 'fails';
  return truth === 'true' ? 'false' : 'true';
}

export function known(value: boolean | undefined): Truth {
  if (value === undefined) return 'fails';
  return value ? 'true' : 'false';
}

/** `YYYY-MM-DD HH:MM:SS` on the wall clock of the call, or undefined. */
export function wallClock(zone: string, ms: number): string | undefined {
  const format = formatOf(zone);
  return format === null ? undefined : format.format(ms);
}

const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const kept = formats.get(zone);
  if (kept !== undefined) return kept;
  let format: Intl.DateTimeFormat | null = null;
  try {
    // This locale writes ISO dates.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  } catch {
    // The zone does not exist.
  }
  formats.set(zone, format);
  return format;
}

const instants = new Map<string, number | undefined>();

/** First instant (seconds) at which the wall clock shows `local` or later, by walking from a day before. */
export function firstInstant(zone: string, local: string): number | undefined {
  const key = `${zone} ${local}`;
  if (!instants.has(key)) instants.set(key, walkTo(zone, local));
  return instants.get(key);
}

function walkTo(zone: string, local: string): number | undefined {
  if (wallClock(zone, 0) === undefined) return undefined;
  let at = Date.parse(`${local.replace(' ', 'T')}Z`) / 1000 - 30 * 3600;
  at -= at % 900;
  // No zone changes inside a quarter of an hour, so its last second is the latest that it shows.
  while ((wallClock(zone, (at + 899) * 1000) as string) < local) at += 900;
  while ((wallClock(zone, at * 1000) as string) < local) at++;
  return at;
}

export function inRanges(ranges: readonly string[], sourceIp: string | null): boolean | undefined {
  const family = sourceIp === null ? 0 : isIP(sourceIp);
  if (family === 0) return undefined;
  const list = new BlockList();
  for (const range of ranges) {
    const [address, bits] = range.split('/') as [string, string | undefined];
    const type = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(address, bits === undefined ? (type === 'ipv4' ? 32 : 128) : Number(bits), type);
  }
  return list.check(sourceIp as string, family === 4 ? 'ipv4' : 'ipv6');
}
