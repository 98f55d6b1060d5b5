import { isLoopback } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { ownPaths } from './own-paths.ts';

const longest = 2048;

/**
 * A page of a guarded program that a browser may be sent to; undefined for everything else.
 * SECURITY: taken apart, never compared by its beginning; and refused when its host is written otherwise than it is read.
 */
export function returnAddress({ config }: Pick<Context, 'config'>, text: string): URL | undefined {
  const [, authority] = /^https?:\/\/([^/?#@]+)/.exec(text) ?? [];
  const fits = text.length <= longest && /^[\x21-\x5b\x5d-\x7e]*$/.test(text) && URL.canParse(text);
  if (authority === undefined || !fits) return undefined;
  const url = new URL(text);
  if (authority.toLowerCase() !== url.host || !config.gateHosts.includes(url.host)) return undefined;
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) return undefined;
  return url.pathname.startsWith(ownPaths) ? undefined : url;
}
