/** Whether every program reads a path alike. */
export function isPlainPath(path: string): boolean {
  return plainPath(path) !== undefined;
}

/**
 * A path decoded, where every program reads it alike; else undefined.
 * SECURITY: dot segments, empty ones, a backslash, parameters of a segment, encoded separators and controls, what is
 * encoded twice and what is no UTF-8 are one path to the gate and another to the program behind it.
 */
export function plainPath(path: string): string | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(path) || unplain.test(path)) return undefined;
  let decoded = path;
  if (path.includes('%')) {
    try {
      decoded = decodeURIComponent(path);
    } catch {
      return undefined;
    }
    if (/%[\da-f]{2}/i.test(decoded)) return undefined;
  }
  return /\/\/|\/\.{1,2}(?:\/|$)/.test(decoded) ? undefined : decoded;
}

const unplain = /[\\?#;]|%(?:2f|5c|3b|[01][\da-f]|7f)/i;
