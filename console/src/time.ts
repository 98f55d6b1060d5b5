import { currentLanguage } from './language.ts';

export type Zone = 'local' | 'utc';

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "3 minutes ago"; under a minute "now". */
export function relativeTime(at: number, now = Date.now()): string {
  const format = new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' });
  const passed = at - now;
  const unit = units.find(([, length]) => Math.abs(passed) >= length);
  if (!unit) return currentLanguage() === 'ja' ? 'たった今' : format.format(0, 'second');
  return whole(format.format(Math.trunc(passed / unit[1]), unit[0]));
}

/** Date and time to the minute, with the zone. */
export function exactTime(at: number, zone: Zone = 'local'): string {
  const format = new Intl.DateTimeFormat(currentLanguage(), {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  });
  return whole(format.format(at));
}

/** A time is read in one go: no line breaks inside of it. */
const whole = (time: string) => time.replaceAll(' ', '\u00a0');

/** Hours and minutes, for something that happens within the day. */
export function clockTime(at: number): string {
  return new Intl.DateTimeFormat(currentLanguage(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** A moment as the browser's field for date and time spells it, by the clock of this device; empty for none. */
export function toLocal(at: number | undefined): string {
  if (at === undefined) return '';
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field says; undefined when it is empty or half filled in. */
export function fromLocal(typed: string): number | undefined {
  const at = new Date(typed).getTime();
  return Number.isNaN(at) ? undefined : at;
}
