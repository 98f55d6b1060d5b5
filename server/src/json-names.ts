type Walk = {
  /** How deep objects and lists may stand in each other. */
  readonly mostDeep: number;
  readonly tooDeep: () => Error;
  /** Told of each member's name, where in the text it stands, and whether its object had it before. */
  readonly named: (name: string, isThere: boolean, at: number) => void;
};

/** Walks a text, known to be JSON, for what `JSON.parse` hides: depth and the names of members. */
export function walkNames(text: string, { mostDeep, tooDeep, named }: Walk): void {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === brace || c === bracket) {
      if (open.push(c === brace ? new Set() : undefined) > mostDeep) throw tooDeep();
    } else if (c === endBrace || c === endBracket) open.pop();
    else if (c === quote) {
      const end = endOfString(text, i);
      if (isName(text, end)) {
        const name = nameOf(text, i, end);
        const seen = open.at(-1);
        named(name, seen?.has(name) === true, i);
        seen?.add(name);
      }
      i = end;
    }
  }
}

const [brace, endBrace, bracket, endBracket, quote] = [0x7b, 0x7d, 0x5b, 0x5d, 0x22];

function nameOf(text: string, start: number, end: number): string {
  const written = text.slice(start + 1, end);
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
}

/** Whether the string that ends here is a member's name: a colon follows, after any white space. */
function isName(text: string, end: number): boolean {
  let i = end + 1;
  while (' \t\n\r'.includes(text[i] ?? 'x')) i++;
  return text[i] === ':';
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
}
