/** What a file has in the place of an object. */
export type Values = Readonly<Record<string, unknown>>;

/** A value that is an object, and an empty one instead of another. */
export function asObject(value: unknown): Values {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that is text, and an empty one instead of another. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
