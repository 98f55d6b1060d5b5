import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { readConfig } from '../config/config.ts';
import { exitCodes, type Output, print } from './frame.ts';

/** Less than the five seconds that are usual for the check of a container, so that it still says why. */
const patience = 4000;

/**
 * Asks the server that runs by these settings whether it is ready.
 * @returns the exit code: a container is healthy by 0 and is not by 1; nothing else has a meaning there
 */
export async function checkHealth(output: Output): Promise<number> {
  const { url, reason } = await health();
  print(output, { ready: reason === undefined, url, reason }, () => reason ?? 'ready');
  return reason === undefined ? exitCodes.ok : exitCodes.failure;
}

async function health(): Promise<{ url?: string; reason?: string }> {
  try {
    const { host, port } = readConfig(process.env);
    if (port === 0) return { reason: 'WARIFU_PORT is 0: which port the server has is not known here.' };
    const urls = reachable(host).map((name) => `http://${name}:${port}/readyz`);
    const answers = await Promise.all(urls.map(ask));
    return answers.find(({ reason }) => reason === undefined) ?? answers[0] ?? {};
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

/** Where a process on the same machine reaches what listens on an address; all addresses are none to call. */
function reachable(host: string): string[] {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === '0.0.0.0') return ['127.0.0.1'];
  if (/^[0:]+$/.test(bare)) return ['[::1]', '127.0.0.1'];
  return [bare.includes(':') ? `[${bare}]` : bare];
}

async function ask(url: string): Promise<{ url: string; reason?: string }> {
  try {
    const signal = AbortSignal.timeout(patience);
    // Without the common agent, which a proxy of the environment may be set for.
    const answer = await responseTo(get(url, { agent: false, signal }));
    const said = await text(answer);
    return answer.statusCode === 200 ? { url } : { url, reason: `${url} answers ${answer.statusCode}: ${said}` };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const why = name === 'AbortError' ? `for ${patience / 1000} seconds` : `(${code ?? name})`;
    return { url, reason: `${url} does not answer ${why}.` };
  }
}

async function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
}
