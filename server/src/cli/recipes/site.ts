/** One guarded app behind one proxy: what a recipe is written for. */
export type Site = {
  /** What people type, as an origin. */
  readonly open: URL;
  /** Where the proxy reaches the app. */
  readonly app: URL;
  /** Where the proxy reaches Warifu, and the `Host` that Warifu answers to. */
  readonly warifu: URL;
  readonly warifuHost: string;
  /** The headers by which Warifu tells the app who asks. */
  readonly identity: readonly string[];
  /** Those that other settings would use: no client may bring one either. */
  readonly otherIdentity: readonly string[];
};

/** A file of a recipe. `path` is where Debian, or the documentation of the proxy, has it. */
export type RecipeFile = { readonly path: string; readonly text: string };

/**
 * What a line of a recipe is there for; `gate probe` finds out what of it is missing: `told` lets Warifu say who
 * asks, `identity` keeps clients from saying so, `cleared` does for the headers of other settings. `carried` hands a
 * header of the client to Warifu. `uri` leaves the app the path alone. `upgrade` lets a WebSocket by, `opening` with a
 * `Connection` that names nothing else, `protocol` nothing but a WebSocket. `identity`, `told`, `cleared`, `carried`,
 * `forwarded` and `rewriting` are lines for each header.
 */
export type Guard =
  | 'ask'
  | 'aliases'
  | 'identity'
  | 'told'
  | 'cleared'
  | 'rewriting'
  | 'forwarded'
  | 'carried'
  | 'askedMethod'
  | 'askedUrl'
  | 'askedAddress'
  | 'uri'
  | 'host'
  | 'connection'
  | 'upgrade'
  | 'opening'
  | 'protocol'
  | 'body'
  | 'signIn'
  | 'cookie';

/** A recipe: its files, and the line that is there for a guard, of one header where there are lines for each. */
export type Recipe = {
  readonly files: (site: Site) => readonly RecipeFile[];
  readonly lineFor: (site: Site, guard: Guard, header: string) => string;
};

/** What the question carries of the client's request: what it proves itself with, and what kind of client it is. */
export const asked = [
  'Cookie',
  'Authorization',
  'X-Soracom-API-Key',
  'X-Soracom-Token',
  'X-API-Key',
  'X-Token',
  'Accept',
  'Accept-Language',
  'Origin',
  'Sec-Fetch-Site',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Dest',
  'User-Agent',
];

/** Headers by which frameworks take another method or path than those of the request line, which were judged. */
export const rewriting = [
  'X-Original-URL',
  'X-Original-URI',
  'X-Original-Method',
  'X-Original-Host',
  'X-Rewrite-URL',
  'X-HTTP-Method',
  'X-HTTP-Method-Override',
  'X-Method-Override',
  'X-Host',
  'X-HTTP-Host-Override',
  'X-Forwarded-Method',
  'X-Forwarded-Uri',
  'X-Forwarded-Path',
  'X-Forwarded-Prefix',
  'X-Forwarded-Server',
  'X-Real-IP',
  'Forwarded',
];

/** It stands beside `Upgrade: h2c` (RFC 7540 §3.2.1), and is deleted with it. */
export const h2cSettings = 'HTTP2-Settings';

/** What the app learns of the way that a request came; the proxy writes them anew. */
export const forwarded = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Proto'];

export const isSecure = ({ open }: Site): boolean => open.protocol === 'https:';

/** The port that people type, or the one that goes without saying. */
export const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

/** Where the certificate of the app lies, as in the guides. */
export const certificateFolder = ({ open }: Site): string => `/etc/ssl/${open.hostname}`;

/** A name for things of the app in a configuration, without marks. */
export const nameOf = ({ open }: Site): string => `${open.hostname}_${portOf(open)}`.replace(/[^\da-z]+/gi, '_');

/** The first lines of every file. */
export function heading(site: Site, proxy: string): string[] {
  const { open, app, warifu } = site;
  const options = [`--host ${open.protocol === 'https:' ? open.host : open.origin}`, `--app ${app.origin}`];
  return [
    `${open.origin}, guarded by Warifu. Made by:`,
    `  npx warifu proxy-config ${proxy} ${options.join(' ')}`,
    `Without a yes from ${warifu.origin} nothing reaches the app; when Warifu is down, everything is refused.`,
    `The app itself, ${app.host}, must not be reachable but through here.`,
    `Try it: npx warifu gate probe ${open.origin} --listen ${app.host} --proxy ${proxy}`,
  ];
}
