const browsers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d{1,4})/],
  ['Opera', /\bOPR\/(\d{1,4})/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d{1,4})/],
  ['Chrome', /\b(?:Chrome|CriOS)\/(\d{1,4})/],
  ['Safari', /\bVersion\/(\d{1,4})[\d.]* .*Safari\//],
];

const systems: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Windows', /Windows/],
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['macOS', /Mac OS X/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
];

/**
 * A few words for a user agent: `Chrome 140 (Windows)`, or `curl 8.5` for a program; undefined when it says nothing
 * that is known.
 *
 * SECURITY: a stranger chooses the user agent. None of its free text gets into a mail, where it could pose as advice
 * or as an address to visit; a program's name is one word without dots.
 */
export function describeBrowser(userAgent: string): string | undefined {
  for (const [name, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (!version) continue;
    const system = systems.find(([, systemPattern]) => systemPattern.test(userAgent))?.[0];
    return system ? `${name} ${version} (${system})` : `${name} ${version}`;
  }
  const program = /^([A-Za-z][A-Za-z0-9_-]{0,29})\/(\d{1,4}(?:\.\d{1,4}){0,2})(?![\w.])/.exec(userAgent);
  return program && program[1] !== 'Mozilla' ? `${program[1]} ${program[2]}` : undefined;
}
