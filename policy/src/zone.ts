/**
 * Wall clocks of IANA time zones. All numbers are whole seconds: instants since 1970-01-01T00:00:00Z,
 * local times since 1970-01-01T00:00:00 on the wall clock. No clock is read; the offsets come from `Intl`, which is slow,
 * so they are kept per zone and quarter of an hour (no zone has changed its offset elsewhere since 1972).
 */
interface Zone {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

/** 9999-12-31T23:59:59Z, less a day for the offset. */
const LAST_INSTANT = 253_402_300_799 - 86_400;

// SECURITY: zone names come from settings of operators; a bound keeps many operators from filling the memory.
const MAX_ZONES = 512;

const zones = new Map<string, Zone | null>();

/** Local time at `instant`, or undefined when the zone is not known or the instant is not between 1970 and 9999. */
export function localSeconds(zone: string, instant: number): number | undefined {
  // Written so that NaN is refused too.
  if (!(instant >= 0 && instant <= LAST_INSTANT)) return undefined;
  if (zone === 'UTC') return instant;
  const known = zoneOf(zone);
  return known === null ? undefined : instant + offsetAt(known, instant);
}

/**
 * The first instant at which the wall clock of `zone` shows `local` or later: of an hour that comes twice the first,
 * of one that is skipped the moment of the change. So later local times never give earlier instants.
 * Undefined when the zone is not known. Before 1970-01-03 and after 9999-12-29 every zone is taken as UTC.
 */
export function instantOf(zone: string, local: number): number | undefined {
  if (zone === 'UTC') return local;
  const known = zoneOf(zone);
  if (known === null) return undefined;
  if (local < 2 * DAY || local > LAST_INSTANT - DAY) return local;
  // Offsets are below a day, so these are the ones in force before and after any change that could matter.
  const before = offsetAt(known, local - DAY);
  const after = offsetAt(known, local + DAY);
  if (offsetAt(known, local - before) === before) return local - before;
  if (offsetAt(known, local - after) === after) return local - after;
  return changeBetween(known, local - after, local - before, after);
}

const DAY = 86_400;

/** The first instant in `(low, high]` at which the offset `after` is in force. */
function changeBetween(zone: Zone, low: number, high: number, after: number): number {
  let [early, late] = [low, high];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(zone, middle) === after) late = middle;
    else early = middle;
  }
  return late;
}

function zoneOf(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (zones.size >= MAX_ZONES) zones.clear();
  const zone = openZone(name);
  zones.set(name, zone);
  return zone;
}

function openZone(name: string): Zone | null {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return { format, quarter: Number.NaN, offset: 0 };
  } catch {
    return null;
  }
}

function offsetAt(zone: Zone, instant: number): number {
  const quarter = Math.floor(instant / 900);
  if (quarter !== zone.quarter) {
    zone.offset = readOffset(zone.format, quarter * 900);
    zone.quarter = quarter;
  }
  return zone.offset;
}

function readOffset(format: Intl.DateTimeFormat, instant: number): number {
  const fields = new Map<string, number>();
  for (const { type, value } of format.formatToParts(instant * 1000)) fields.set(type, Number(value));
  const field = (name: string): number => fields.get(name) as number;
  const local = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return local / 1000 - instant;
}
