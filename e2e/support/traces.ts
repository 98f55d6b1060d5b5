import { globSync, readFileSync } from 'node:fs';

/** A secret that must be nowhere but where it was handed over. */
export type Canary = { name: string; value: string };

/** Every spelling under which a text could lie in a log, a database or a dump. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const hex = bytes.toString('hex');
  return [
    ...new Set([
      value,
      // Files are read as bytes, one character each.
      bytes.toString('latin1'),
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
      new URLSearchParams({ v: value }).toString().slice(2),
      hex,
      hex.toUpperCase(),
      ...base64Within(bytes),
    ]),
  ];
}

/** What stays of a text inside a longer one that was encoded, for each of the three ways it may fall. */
function base64Within(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const first = shift === 0 ? 0 : 4;
    const last = Math.floor((shift + bytes.length) / 3) * 4;
    const middle = whole.slice(first, last);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The raw 20 bytes of a base32 secret, in the spellings bytes may have. */
function seedSpellings(secret: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = Array.from(secret, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), bytes.toString('latin1'), ...base64Within(bytes)];
}

/** Which of the canaries a text holds, in which spelling. */
export function found(canaries: readonly Canary[], text: string): string[] {
  return canaries.flatMap(({ name, value }) => {
    const all = [...spellings(value), ...(/^[A-Z2-7]{32}$/.test(value) ? seedSpellings(value) : [])];
    return all
      .filter((spelling) => spelling.length >= 8 && text.includes(spelling))
      .map((spelling) => `${name} as ${spelling}`);
  });
}

/** The bytes of all files below a folder, as one text per file. */
export function filesBelow(folder: string): [string, string][] {
  return globSync(`${folder}/**/*`, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((path) => [path, readFileSync(path, 'latin1')]);
}
