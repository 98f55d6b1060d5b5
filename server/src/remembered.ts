/**
 * A pure function of a text that keeps what it gave, for texts that come all the time. What it gave as undefined it finds
 * anew.
 */
export function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (text.length > longestRemembered) return read(text);
    const own = copyOf(text);
    const value = read(own);
    if (value === undefined) return value;
    // SECURITY: texts are chosen by who asks: neither their number nor their length may fill the memory.
    if (known.size >= mostRemembered) known.clear();
    known.set(own, value);
    return value;
  };
}

/** SECURITY: a piece of a text keeps all of it in memory, and that may be a whole request. */
function copyOf(text: string): string {
  const encoding = /[^\0-\xff]/.test(text) ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}

const mostRemembered = 4096;
const longestRemembered = 128;
