import { type Address, parseAddress } from './address.ts';
import type { Call, Expression, StringLiteral } from './ast.ts';
import { DAY_SECONDS, dayNumber, timeOfDay } from './calendar.ts';
import { type NetworkSet, networkSet } from './networks.ts';

/** Values of calls whose arguments are literals; the checker refuses those that give undefined here. */

/** `date(y,m,d)`: days since 1970-01-01. */
export function dateConstant(call: Call): number | undefined {
  const [year, month, day] = integers(call);
  return dayNumber(year as number, month as number, day as number);
}

/** `time(h,m[,s])`: seconds since midnight. */
export function timeConstant(call: Call): number | undefined {
  const [hour, minute, second] = integers(call);
  return timeOfDay(hour as number, minute as number, second);
}

/** `dateTime(y,m,d,h,m[,s])`: seconds since 1970-01-01T00:00:00 on the operator's wall clock. */
export function dateTimeConstant(call: Call): number | undefined {
  const [year, month, day, hour, minute, second] = integers(call);
  const date = dayNumber(year as number, month as number, day as number);
  const time = timeOfDay(hour as number, minute as number, second);
  return date === undefined || time === undefined ? undefined : date * DAY_SECONDS + time;
}

/** The ranges of `ipAddress(…)`; only for calls that were checked. */
export function networksOf(call: Call): NetworkSet {
  return networkSet(call.arguments.map(textOf));
}

/** The text of a string literal. */
export function textOf(expression: Expression): string {
  return (expression as StringLiteral).value;
}

/** A string literal beside an address is an address; only for expressions that were checked. */
export function addressOf(expression: Expression): Address {
  return parseAddress(textOf(expression)) as Address;
}

function integers(call: Call): number[] {
  return call.arguments.map((argument) => (argument as { readonly value: number }).value);
}
