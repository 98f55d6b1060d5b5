import { fromLocal } from '../time.ts';

export const ranges = ['all', 'hour', 'day', 'week', 'custom'] as const;
export type Range = Exclude<(typeof ranges)[number], 'all'>;
export const outcomes = ['success', 'failure', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];

/** Which entries are shown, and which one is open. */
export type AuditSearch = {
  /** The operation. */
  kind?: string;
  /** Who did it, and to whom or what, as records name them. */
  actor?: string;
  target?: string;
  outcome?: Outcome;
  /** All entries when left out. */
  range?: Range;
  from?: number;
  to?: number;
  zone?: 'utc';
  /** Sequence of the entry that is open. */
  event?: number;
};

const isRange = (value: unknown): value is Range => ranges.some((range) => range !== 'all' && range === value);
const isOutcome = (value: unknown): value is Outcome => outcomes.some((outcome) => outcome === value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What an address says; anything else in it is passed over. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { kind, actor, target, outcome, range, from, to, zone, event } = search;
  return {
    ...(isText(kind) && { kind }),
    ...(isText(actor) && { actor }),
    ...(isText(target) && { target }),
    ...(isOutcome(outcome) && { outcome }),
    ...(isRange(range) && { range }),
    ...(typeof from === 'number' && { from }),
    ...(typeof to === 'number' && { to }),
    ...(zone === 'utc' && { zone }),
    ...(typeof event === 'number' && { event }),
  };
}

/** What was typed into the filters. */
export type TypedFilters = Record<'kind' | 'actor' | 'target' | 'outcome' | 'range' | 'from' | 'to', string>;

/** What the filters say, for the address. */
export function toAuditSearch(typed: TypedFilters, partyOf: (typed: string) => string): AuditSearch {
  const custom = typed.range === 'custom';
  return readAuditSearch({
    kind: typed.kind.trim(),
    actor: partyOf(typed.actor),
    target: partyOf(typed.target),
    outcome: typed.outcome,
    range: typed.range,
    ...(custom && { from: fromLocal(typed.from), to: fromLocal(typed.to) }),
  });
}

const lengths: Record<Exclude<Range, 'custom'>, number> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** The same as the log's operation takes it. */
export function toQuery({ kind, actor, target, outcome, range, from, to }: AuditSearch, now: number) {
  const since = range === undefined ? undefined : range === 'custom' ? from : now - lengths[range];
  const until = range === 'custom' ? to : undefined;
  return {
    ...(kind !== undefined && { api_kind: kind }),
    ...(actor !== undefined && { actor }),
    ...(target !== undefined && { target }),
    ...(outcome !== undefined && { outcome }),
    ...(since !== undefined && { from_epoch_ms: since }),
    ...(until !== undefined && { to_epoch_ms: until }),
  };
}
