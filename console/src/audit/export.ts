import type { Entry } from './entries.ts';

const columns = [
  'sequence',
  'requestedTimeEpochMs',
  'actor',
  'userName',
  'apiKind',
  'target',
  'outcome',
  'statusCode',
  'reason',
  'remoteIpAddress',
  'requestPath',
  'requestId',
  'userAgent',
  'previousHash',
  'hash',
] as const satisfies readonly (keyof Entry)[];

/** Comma-separated values by RFC 4180, with a byte order mark so that spreadsheets read Japanese. */
export function toCsv(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => columns.map((column) => cell(column, entry)).join(','));
  const head = columns.map((column) => (column === 'requestedTimeEpochMs' ? 'time' : column)).join(',');
  return `\uFEFF${[head, ...rows].join('\r\n')}\r\n`;
}

/** One JSON object a line. */
export function toJsonLines(entries: readonly Entry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function cell(column: (typeof columns)[number], entry: Entry): string {
  const value = entry[column];
  if (column === 'requestedTimeEpochMs') return new Date(entry.requestedTimeEpochMs).toISOString();
  if (typeof value === 'number') return String(value);
  // SECURITY: a spreadsheet would run what begins like a formula; names, reasons and user agents are others' text.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
