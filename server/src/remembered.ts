/**
 * A pure function of a text that keeps what it gave, for texts that come all the time. What it gave as undefined it finds
 * anew.
 */
export function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = read(text);
    // SECURITY: texts are chosen by who asks: neither their number nor their length may fill the memory.
    if (known.size >= mostRemembered) known.clear();
    if (text.length <= longestRemembered) known.set(text, value);
    return value;
  };
}

const mostRemembered = 4096;
const longestRemembered = 128;
