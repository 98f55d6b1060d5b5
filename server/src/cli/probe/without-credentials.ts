import { type Guard, rewriting } from '../recipes/site.ts';
import type { Header, Sent } from './client.ts';
import { methods, oddTargets, opening, otherProtocols, spellings } from './forgeries.ts';
import { type Finding, marked, type Probe, type Tried, toldSignIn, tryOut, upgradeOf } from './probe.ts';

/** What a browser says when it opens a page. */
export const browser: Header = ['Accept', 'text/html'];

/** Whether anything reaches the app without credentials. */
export async function checkClosed(probe: Probe): Promise<Finding[]> {
  const plain = await tryOut(probe, {});
  if (plain.passed) return [open(`GET ${probe.url.pathname} without credentials reached the app.`)];
  for (const [what, sent] of attempts(probe)) {
    const { passed } = await tryOut(probe, sent);
    if (passed) return [open(`Without credentials this reached the app: ${what}`)];
  }
  return [];
}

const open = (found: string): Finding => ({ guards: ['ask'], header: '', found });

function attempts(probe: Probe): [string, Sent][] {
  const { url, site } = probe;
  const identity = [...site.identity, ...site.otherIdentity];
  const forged = Object.entries(spellings).map(([how, spell]): [string, Sent] => [
    `headers that say who asks, ${how}`,
    { headers: identity.flatMap((name) => spell(name, marked(probe))) },
  ]);
  // Only where it is known what reaches the app: a method other than GET may change something there.
  const changing = probe.receiver ? methods : ['HEAD', 'OPTIONS'];
  return [
    ...forged,
    ...changing.map((method): [string, Sent] => [`${method} ${url.pathname}`, { method }]),
    ...rewriting.map((name): [string, Sent] => [`${name}: /`, { headers: [[name, '/']] }]),
    ['Connection that names Cookie and Authorization', { headers: [['Connection', 'close, Authorization, Cookie']] }],
    ['a WebSocket', { headers: opening }],
    ...otherProtocols.map((headers): [string, Sent] => [`Upgrade: ${upgradeOf(headers)}`, { headers }]),
    ...(probe.receiver ? oddTargets(url) : []).map((target): [string, Sent] => [`GET ${target}`, { target }]),
  ];
}

/** Whether Warifu can answer the question of a request without credentials: otherwise it refuses everything. */
export function checkAnswered({ status }: Tried): Finding[] {
  if (status >= 500) {
    return [{ guards: ['ask'], header: '', found: `The proxy answers ${status}: it gets no answer of Warifu.` }];
  }
  if (status !== 400 && status !== 403) return [];
  const found = `Warifu refuses the question itself (${status}): it must learn the method, the URL and the address of the client, from a proxy of WARIFU_TRUSTED_PROXIES.`;
  return [{ guards: ['askedMethod', 'askedUrl', 'askedAddress'], header: '', found }];
}

/**
 * Whether a browser is sent to the sign-in page with its cookie, and about which request Warifu was asked: the address
 * to come back to says it, so what a client could forge of it shows there.
 */
export async function checkQuestion(probe: Probe): Promise<Finding[]> {
  const { url } = probe;
  const first = await tryOut(probe, { headers: [browser] });
  const asked = returnOf(probe, first);
  if (asked === undefined) {
    const found = `A browser that is not signed in gets ${first.status}, and does not come to the sign-in page.`;
    return [{ guards: ['signIn', 'carried'], header: browser[0], found }];
  }
  const findings: Finding[] = [];
  if (first.headers['set-cookie'] === undefined) {
    const found = 'The cookie of the sign-in does not reach the browser, so it would not come back signed in.';
    findings.push({ guards: ['cookie'], header: '', found });
  }
  if (asked !== url.href) {
    const found = `Warifu was asked about ${asked} instead of ${url.href}.`;
    findings.push({ guards: ['askedUrl'], header: '', found });
  }
  for (const [guard, name, value] of questions(probe)) {
    const tried = await tryOut(probe, { headers: [browser, [name, value]] });
    // An address that is none makes the source unknown, which is refused; other words of a client's are refused as a
    // contradiction to those of the proxy, and then they were not believed.
    const isRefused = [400, 403, 500, 502, 503].includes(tried.status) && guard !== 'askedAddress';
    if (isRefused || (tried.status === first.status && returnOf(probe, tried) === asked)) continue;
    findings.push({ guards: [guard], header: name, found: `Warifu believes the client's ${name}: ${value}` });
  }
  return findings;
}

/** Where the sign-in page would send back to. */
function returnOf(probe: Probe, tried: Tried): string | undefined {
  return toldSignIn(probe, tried)?.get('rd') ?? undefined;
}

function questions(probe: Probe): [Guard, string, string][] {
  const { url } = probe;
  const elsewhere = `${url.pathname}?probe=${marked(probe)}`;
  return [
    ['askedMethod', 'X-Original-Method', 'POST'],
    ['askedMethod', 'X-Forwarded-Method', 'POST'],
    ['askedMethod', 'X-HTTP-Method-Override', 'POST'],
    ['askedUrl', 'X-Original-URL', `${url.origin}${elsewhere}`],
    ['askedUrl', 'X-Original-URI', elsewhere],
    ['askedUrl', 'X-Rewrite-URL', elsewhere],
    ['askedUrl', 'X-Forwarded-Uri', elsewhere],
    ['askedUrl', 'X-Forwarded-Host', 'probe.invalid'],
    ['askedUrl', 'X-Forwarded-Proto', url.protocol === 'https:' ? 'http' : 'https'],
    ['askedUrl', 'Forwarded', 'host=probe.invalid;proto=http'],
    ['askedAddress', 'X-Forwarded-For', marked(probe)],
    ['askedAddress', 'Forwarded', `for=${marked(probe)}`],
  ];
}
