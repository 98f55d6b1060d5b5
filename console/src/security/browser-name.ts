// Order matters: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
const browsers = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Version', 'Safari'],
] as const;
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** "Chrome 156 (Linux)" of a browser's user agent, or undefined for what does not look like a browser. */
export function browserName(userAgent: string): string | undefined {
  if (!userAgent.startsWith('Mozilla/')) return undefined;
  const found = browsers.find(([token]) => userAgent.includes(`${token}/`));
  if (!found) return undefined;
  const version = new RegExp(`${found[0]}/(\\d+)`).exec(userAgent)?.[1] ?? '';
  const system = systems.find(([token]) => userAgent.includes(token))?.[1];
  return `${found[1]} ${version}${system ? ` (${system})` : ''}`;
}
