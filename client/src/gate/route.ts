/** What a route says of a path: text that is sent so, or the name of a variable. */
export type Part = { readonly text: string } | { readonly name: string };

/** The ways to write the path of a route; there is more than one where something may be left out. */
export type Spellings = readonly (readonly Part[])[];

type Values = Readonly<Record<string, unknown>>;

/**
 * Whether a path is spelt as a route with the values that the router read from it.
 * SECURITY: a router that takes `/orders/EXPORT` for `/orders/export`, or `/orders/7.JSON` for `/orders/:id.json`, runs that
 * handler, where the catalogue sees an order of the name `EXPORT` or `7.JSON` in it.
 * @param path well encoded, see `partsOf`
 */
export function isSpeltAs(spellings: Spellings, values: Values, path: string): boolean {
  return spellings.some((parts) => isWrittenAs(parts, values, path));
}

/** One character as it is written in a path. */
const written = /%[c-f][\da-f](?:%[89ab][\da-f])+|%[\da-f]{2}|./gisu;

function isWrittenAs(parts: readonly Part[], values: Values, path: string): boolean {
  const sent = path.match(written) ?? [];
  let at = 0;
  const isNext = (part: Part): boolean => {
    const isText = 'text' in part;
    const value = isText ? part.text : values[part.name];
    if (typeof value !== 'string' && typeof value !== 'number') return false;
    const characters = isText ? (part.text.match(written) ?? []) : [...String(value)];
    return characters.every((one) => {
      const other = sent[at++] ?? '';
      return isText ? other === one || other === encodeURI(one) : decodeURIComponent(other) === one;
    });
  };
  return parts.every(isNext) && at === sent.length;
}

const ofExpress =
  /\\(.)|[:*](?:"((?:\\.|[^"\\])*)"|([$_\p{ID_Start}][$\u200c\u200d\p{ID_Continue}]*))|[{}]|[^\\:*{}]+/gsu;

/** A route of Express 5: `:name`, `*name`, either with the name in quotes, `{what may be left out}`, `\` before any other sign. */
export function spellingsOfExpress(route: string): Spellings {
  const open: Part[][][] = [[[]]];
  for (const [token, escaped, quoted, plain] of route.matchAll(ofExpress)) {
    const here = open.at(-1) ?? [];
    if (token === '{') open.push([[]]);
    else if (token === '}') {
      const outer = open.at(-2) ?? [];
      open.splice(
        -2,
        2,
        outer.flatMap((before) => [before, ...here.map((group) => [...before, ...group])]),
      );
    } else {
      const name = plain ?? quoted?.replace(/\\(.)/gs, '$1');
      for (const parts of here) parts.push(name === undefined ? { text: escaped ?? token } : { name });
    }
  }
  return open.flat();
}

/** A route of Fastify: `:name`, `:name(expression)`, `*`, `::` for a colon, and at the end `/:name?`. */
export function spellingsOfFastify(route: string): Spellings {
  const optional = /(\/:[^/()]*?)\?(\/?)$/;
  if (!optional.test(route)) return [partsOfFastify(route)];
  return [route.replace(optional, '$1$2'), route.replace(optional, '$2') || '/'].map(partsOfFastify);
}

function partsOfFastify(route: string): Part[] {
  const parts: Part[] = [];
  const token = /::|:([^(/.-]*)|\*|[^:*]+/gy;
  for (let found = token.exec(route); found; found = token.exec(route)) {
    const [text, name] = found;
    if (text === '*') parts.push({ name: '*' });
    else if (name === undefined) parts.push({ text: text === '::' ? ':' : text });
    else {
      parts.push({ name });
      if (route[token.lastIndex] === '(') token.lastIndex = endOfExpression(route, token.lastIndex);
    }
  }
  return parts;
}

/** Where the expression ends that begins at a parenthesis, as Fastify reads it. */
function endOfExpression(route: string, start: number): number {
  let depth = 0;
  for (let at = start; at < route.length; at++) {
    if (route[at] === '\\') at++;
    else if (route[at] === '(') depth++;
    else if (route[at] === ')' && --depth === 0) return at + 1;
  }
  return route.length;
}
