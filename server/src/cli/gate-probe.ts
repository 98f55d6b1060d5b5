import { text } from 'node:stream/consumers';
import { readConfig } from '../config/config.ts';
import { newSecret } from '../crypto/tokens.ts';
import { returnAddress } from '../gate/forward/return-address.ts';
import { exitCodes, type Output, print, UsageError } from './frame.ts';
import { checkCarried } from './probe/carried.ts';
import { clientOf } from './probe/client.ts';
import { type Probe, type Report, type Tried, tryAsUser, tryOut } from './probe/probe.ts';
import { type Receiver, startReceiver } from './probe/receiver.ts';
import {
  checkConnection,
  checkHost,
  checkIdentity,
  checkKept,
  checkPaths,
  checkProtocol,
  checkRewriting,
  checkTold,
  whyKept,
} from './probe/with-credentials.ts';
import { checkAnswered, checkClosed, checkQuestion } from './probe/without-credentials.ts';
import { siteOf } from './proxy-config.ts';
import { type Proxy, recipes } from './recipes/recipes.ts';

export type GateProbeOptions = Output & {
  readonly listen?: string;
  readonly tokenStdin?: boolean;
  readonly proxy?: Proxy;
};

/**
 * Sends forged requests through somebody's proxy, and says what passed and which line of its configuration is there
 * against it. No database is touched.
 * @returns the exit code: failure when anything was found
 * @throws UsageError naming the option
 */
export async function probeGate(typed: string, options: GateProbeOptions): Promise<number> {
  const url = urlOf(typed);
  const token = options.tokenStdin ? await tokenOf(options) : undefined;
  const secret = newSecret().slice(0, 16);
  const receiver = options.listen === undefined ? undefined : await receiverAt(options.listen, secret);
  const client = clientOf(url);
  try {
    const probe = { ...probeOf(url, options), secret, token, receiver, send: client.send, count: 0 };
    const first = await tryOut(probe, {});
    if (first.status === 0) throw new UsageError(`${url.origin} does not answer.`);
    const report = await runChecks(probe, first);
    const proxy = options.proxy ?? named(first);
    say(probe, proxy, report, options);
    return report.findings.length === 0 ? exitCodes.ok : exitCodes.failure;
  } finally {
    client.stop();
    await receiver?.stop();
  }
}

async function runChecks(probe: Probe, first: Tried): Promise<Report> {
  const closed = await checkClosed(probe);
  // What lets everybody in, or nobody, needs no further look.
  const findings = closed.length > 0 ? closed : checkAnswered(first);
  if (findings.length > 0) return { findings, untried: [] };
  const reports = [await checkBrowser(probe), await checkAllowed(probe)];
  return {
    findings: reports.flatMap(({ findings }) => findings),
    untried: reports.flatMap(({ untried }) => untried),
  };
}

async function checkBrowser(probe: Probe): Promise<Report> {
  if (!probe.signsIn) {
    const untried = `what Warifu is asked about: by WARIFU_GATE_HOSTS nobody signs in at ${probe.url.origin}`;
    return { findings: [], untried: [untried] };
  }
  const question = await checkQuestion(probe);
  const { findings, untried } = await checkCarried(probe);
  return { findings: [...question, ...findings], untried };
}

async function checkAllowed(probe: Probe): Promise<Report> {
  if (probe.receiver === undefined || probe.token === undefined) {
    const untried = 'what reaches the app of a request that is let through: that needs --listen and --token-stdin';
    return { findings: [], untried: [untried] };
  }
  const plain = await tryAsUser(probe, {});
  if (!plain.passed) return { findings: [whyKept(probe, plain)], untried: [] };
  const { findings, untried } = await checkKept(probe);
  const parts = [
    checkTold(probe, plain),
    await checkIdentity(probe),
    await checkRewriting(probe),
    await checkConnection(probe),
    await checkProtocol(probe),
    await checkHost(probe),
    await checkPaths(probe),
    findings,
  ];
  return { findings: parts.flat(), untried };
}

function probeOf(url: URL, { listen }: GateProbeOptions) {
  const config = readConfig(process.env);
  const app = listen === undefined ? 'http://127.0.0.1:3000' : `http://${listen}`;
  const site = siteOf(config, { host: url.origin, app });
  const signsIn = returnAddress({ config }, `${url.origin}/`) !== undefined;
  return { url, site, baseUrl: config.baseUrl, signsIn };
}

function urlOf(typed: string): URL {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '') return url;
  throw new UsageError(`<url>: ${typed} is not a URL such as https://app.example.com/orders.`);
}

async function tokenOf({ listen }: GateProbeOptions): Promise<string> {
  // SECURITY: without a receiver the requests would reach the app itself, and change something there.
  if (listen === undefined) throw new UsageError('--token-stdin needs --listen.');
  const token = (await text(process.stdin)).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError('--token-stdin: there is no token on standard input.');
}

async function receiverAt(listen: string, secret: string): Promise<Receiver> {
  const [, bracketed, bare, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(listen) ?? [];
  if (port === undefined) throw new UsageError(`--listen: ${listen} is not an address such as 127.0.0.1:3000.`);
  try {
    return await startReceiver(bracketed ?? bare ?? '', Number(port), secret);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'something listens there: stop the app first' : code;
    throw new UsageError(`--listen: ${listen} cannot be used (${why}).`);
  }
}

/** Of the proxies, those that say their name. */
function named({ headers: { server } }: Tried): Proxy | undefined {
  return (['nginx', 'caddy', 'envoy'] as const).find((name) => String(server).toLowerCase().includes(name));
}

function say(probe: Probe, proxy: Proxy | undefined, { findings, untried }: Report, output: Output): void {
  const listed = findings.map((finding) => {
    const lines = finding.guards.map((guard) => proxy && recipes[proxy].lineFor(probe.site, guard, finding.header));
    return { found: finding.found, lines: [...new Set(lines)].filter((line) => line !== undefined) };
  });
  const data = { url: probe.url.href, proxy, requests: probe.count, findings: listed, untried };
  print(output, data, () => {
    const told = listed.map(({ found, lines }, at) => [`${at + 1}. ${found}`, ...lines].join('\n   '));
    const whole = proxy ?? 'nginx|caddy|traefik|envoy|haproxy';
    const end =
      listed.length === 0
        ? [`${probe.count} requests to ${probe.url.href}, and nothing passed that should not.`]
        : [`The lines are those of: npx warifu proxy-config ${whole} --host ${probe.url.origin}`];
    const unnamed = listed.length > 0 && !proxy ? ['Say which proxy it is with --proxy to see the lines.'] : [];
    return [...told, ...end, ...unnamed, ...untried.map((what) => `Not tried: ${what}`)].join('\n');
  });
}
