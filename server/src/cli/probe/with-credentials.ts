import { forwarded, type Guard, h2cSettings, rewriting } from '../recipes/site.ts';
import type { Header } from './client.ts';
import { isOdd, oddTargets, opening, openingBy, otherMarks, otherProtocols, spellings } from './forgeries.ts';
import {
  brought,
  type Finding,
  marked,
  type Probe,
  plainName,
  type Report,
  readAs,
  type Tried,
  tryAsUser,
  upgradeOf,
} from './probe.ts';

/** Why a request with the token did not reach the app. */
export function whyKept(probe: Probe, { status, headers }: Tried): Finding {
  const what = `With the token, GET ${probe.url.pathname} gets ${status || 'no answer'}`;
  if (status === 401 && !String(headers['www-authenticate']).includes('insufficient_user_authentication')) {
    const found = `${what}: the token opens no session, or does not get to Warifu.`;
    return { guards: ['carried'], header: 'Authorization', found };
  }
  if (status === 401) return { guards: [], header: '', found: `${what}: its user must prove more for that.` };
  if (status === 400 || status === 403) {
    const found = `${what}: its user may not call that, or Warifu does not learn the method and the URL.`;
    return { guards: ['askedMethod', 'askedUrl', 'askedAddress'], header: '', found };
  }
  const found = `${what}, and nothing comes to the address of --listen: the proxy must have its app there.`;
  return { guards: [], header: '', found };
}

/** Whether who asks arrives at the app: these are never empty. */
export function checkTold({ site }: Probe, { received }: Tried): Finding[] {
  const [user = '', ...others] = site.identity;
  const always = [user, ...others.filter((name) => name.startsWith('X-Warifu-'))];
  const told = new Set((received?.headers ?? []).filter(([, value]) => value !== '').map(([name]) => plainName(name)));
  return always
    .filter((name) => !told.has(name.toLowerCase()))
    .map((header) => ({ guards: ['told'], header, found: `${header} does not reach the app.` }));
}

/** Whether a client can say itself who asks, by any spelling of a header. */
export async function checkIdentity(probe: Probe): Promise<Finding[]> {
  const { identity, otherIdentity } = probe.site;
  const findings: Finding[] = [];
  const forged = Object.entries(spellings).map(([how, spell]): [string, Header[]] => {
    return [how, [...identity, ...otherIdentity].flatMap((name) => spell(name, marked(probe)))];
  });
  forged.push(['with other marks', otherMarks(identity[0] ?? '').map((name) => [name, marked(probe)])]);
  for (const [how, headers] of forged) {
    const { received } = await tryAsUser(probe, { headers });
    for (const name of brought(probe, received)) {
      const header = readAs(name, identity) ?? readAs(name, otherIdentity) ?? name;
      const isAlias = !/^[a-z\d-]+$/i.test(name);
      const guard = isAlias ? 'aliases' : identity.includes(header) ? 'identity' : 'cleared';
      const found = `The client's ${name} reached the app${isAlias ? `; many programs read it as ${header}` : ` (${how})`}.`;
      findings.push({ guards: [guard], header: isAlias ? name : header, found });
    }
  }
  return findings;
}

/** Whether a client can tell the app another method, path or way than those that were asked about. */
export async function checkRewriting(probe: Probe): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [guard, names] of [
    ['rewriting', rewriting],
    ['forwarded', forwarded],
  ] as const) {
    for (const header of names) {
      const { received } = await tryAsUser(probe, { headers: [[header, marked(probe)]] });
      if (!brought(probe, received).some((name) => readAs(name, [header]))) continue;
      findings.push({ guards: [guard], header, found: `The client's ${header} reached the app.` });
    }
  }
  return findings;
}

/** Whether a client can have headers dropped behind the proxy (RFC 9110 §7.6.1), also while it opens a WebSocket. */
export async function checkConnection(probe: Probe): Promise<Finding[]> {
  const { identity } = probe.site;
  const findings: Finding[] = [];
  for (const [guard, option] of [
    ['connection', 'close'],
    ['opening', 'Upgrade'],
  ] as const) {
    const connection = [option, ...identity].join(', ');
    const headers: Header[] = guard === 'opening' ? openingBy(connection) : [['Connection', connection]];
    if (!isObeyed(probe, await tryAsUser(probe, { headers }))) continue;
    const found = `By "Connection: ${option}, ${identity[0]}" a client can have the header dropped that says who asks.`;
    findings.push({ guards: [guard], header: 'Connection', found });
  }
  return findings;
}

/** Whether what a client lists in `Connection` is dropped, or will be by who comes next. */
function isObeyed(probe: Probe, tried: Tried): boolean {
  if (!tried.received) return false;
  const kept = tried.received.headers.filter(([name]) => name.toLowerCase() === 'connection');
  const passesOn = kept.some(([, value]) => value.split(',').some((name) => readAs(name.trim(), probe.site.identity)));
  return passesOn || checkTold(probe, tried).length > 0;
}

/** Whether a connection to the app can become something else than a WebSocket, in which nobody asks about requests. */
export async function checkProtocol(probe: Probe): Promise<Finding[]> {
  const findings = new Map<Guard, Finding>();
  for (const headers of otherProtocols) {
    const { received } = await tryAsUser(probe, { headers });
    const arrived = received?.headers ?? [];
    if (!['', 'websocket'].includes(upgradeOf(arrived).toLowerCase())) {
      const found = `Upgrade: ${upgradeOf(headers)} reached the app: Warifu is not asked about requests in such a connection.`;
      findings.set('protocol', { guards: ['protocol'], header: 'Upgrade', found });
    }
    if (arrived.some(([name]) => readAs(name, [h2cSettings]))) {
      const found = `The client's ${h2cSettings} reached the app.`;
      findings.set('cleared', { guards: ['cleared'], header: h2cSettings, found });
    }
  }
  return [...findings.values()];
}

/** Whether the app can be asked for under another name. */
export async function checkHost(probe: Probe): Promise<Finding[]> {
  const { url } = probe;
  for (const host of ['probe.invalid', `${url.hostname}.:${url.port || 80}`, `${url.host}@probe.invalid`]) {
    const { received } = await tryAsUser(probe, { host });
    const arrived = received?.headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
    if (arrived === undefined || arrived.toLowerCase() === url.host) continue;
    return [{ guards: ['host'], header: 'Host', found: `Host: ${host} reached the app as ${arrived}.` }];
  }
  return [];
}

/** Whether a path that two programs may read as two reaches the app. */
export async function checkPaths(probe: Probe): Promise<Finding[]> {
  const findings = new Map<Guard, Finding>();
  for (const target of oddTargets(probe.url)) {
    const { received } = await tryAsUser(probe, { target });
    if (!received || !isOdd(received.url)) continue;
    const found = `GET ${target} reached the app as ${received.url}: Warifu was not asked about that.`;
    const guard = received.url.startsWith('/') ? 'askedUrl' : 'uri';
    if (!findings.has(guard)) findings.set(guard, { guards: [guard], header: '', found });
  }
  return [...findings.values()];
}

/** Whether a body and an upgraded connection arrive. */
export async function checkKept(probe: Probe): Promise<Report> {
  const findings: Finding[] = [];
  const untried: string[] = [];
  const body = `${probe.secret} `.repeat(200);
  const posted = await tryAsUser(probe, { method: 'POST', body, headers: [['Content-Type', 'text/plain']] });
  if (posted.status === 401 || posted.status === 403) untried.push('a body: the token may not POST there');
  else if (posted.received?.body !== body) {
    const found = `The body of a POST does not reach the app (${posted.status || 'no answer'}).`;
    findings.push({ guards: ['body'], header: '', found });
  }
  const upgraded = await tryAsUser(probe, { headers: opening });
  if (upgraded.status !== 101) {
    const found = `A WebSocket is not opened (${upgraded.status || 'no answer'}).`;
    findings.push({ guards: ['upgrade', 'opening'], header: 'Upgrade', found });
  }
  return { findings, untried };
}
