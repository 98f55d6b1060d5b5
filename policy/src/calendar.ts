/**
 * Dates without a clock and without a time zone: a date is the number of days since 1970-01-01,
 * a time the seconds since midnight, a date with a time the seconds since 1970-01-01T00:00:00 on the same wall clock.
 * Proleptic Gregorian calendar, years 1 to 9999.
 */
export const DAY_SECONDS = 86_400;

const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

/** Days since 1970-01-01, or undefined when there is no such day (13th month, 30 February, year 0). */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  if (year < 1 || year > 9999) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / (DAY_SECONDS * 1000) : undefined;
}

/** Seconds since midnight, or undefined when there is no such time (24:00, 60 seconds). */
export function timeOfDay(hour: number, minute: number, second = 0): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return hour * 3600 + minute * 60 + second;
}

/** `'SUN'` … `'SAT'`: 1970-01-01 was a Thursday. */
export function dayName(day: number): string {
  return DAY_NAMES[(((day + 4) % 7) + 7) % 7] as string;
}

/** `2023-02-01`; for texts people read. */
export function dateText(day: number): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}

/** `09:30:00`; for texts people read. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
