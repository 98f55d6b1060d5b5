import { type AnswerHeader, type AnyEndpoint, commonErrors, endpoints, gateEndpoints } from '@warifu/contract';
import { Compile } from 'typebox/compile';

type Known = { readonly endpoint: AnyEndpoint; readonly path: RegExp; readonly fits: (reply: unknown) => boolean };

/** Literal paths first, as a router does it. */
const known: Known[] = [...endpoints, ...gateEndpoints]
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length)
  .map((endpoint) => {
    const compiled = Compile(endpoint.reply);
    const path = new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, '[^/]+')}$`);
    return { endpoint, path, fits: (reply) => compiled.Check(reply) };
  });

/** The endpoint of the contract that a request is for. */
export function endpointOf(method: string, url: string): AnyEndpoint | undefined {
  return find(method, url)?.endpoint;
}

/**
 * Checks an answer against what its endpoint declares: status and members of a success, code of an error. Every call
 * of every test passes here, so that a code which nobody declared fails the test that meets it.
 */
export function assertDeclared(method: string, url: string, status: number, text: string): void {
  const match = find(method, url);
  if (!match) return;
  const { endpoint, fits } = match;
  if (status >= 400) {
    const code = (JSON.parse(text) as { code: string }).code;
    const declared: readonly string[] = [...endpoint.errors, ...commonErrors];
    if (!declared.includes(code)) throw new Error(`${endpoint.operation} answered ${code}, which it does not declare`);
    return;
  }
  if (status !== endpoint.status) throw new Error(`${endpoint.operation} answered ${status}, not ${endpoint.status}`);
  if (text === '' ? !fits({}) : !fits(JSON.parse(text))) {
    throw new Error(`${endpoint.operation} answered with a body that is not its reply`);
  }
}

/** The headers that only some operations have come with these only. */
export function assertHeadersDeclared(method: string, url: string, sent: readonly string[]): void {
  const { operation, headers = [] } = find(method, url)?.endpoint ?? {};
  const undeclared = sent.filter((name) => special.some((one) => one === name) && !headers.some((one) => one === name));
  if (operation && undeclared.length > 0)
    throw new Error(`${operation} sent ${undeclared[0]}, which it does not declare`);
}

const special: readonly AnswerHeader[] = ['etag', 'warifu-findings', 'warifu-receipt', 'x-soracom-next-key'];

function find(method: string, url: string): Known | undefined {
  const path = url.split('?')[0] ?? '';
  return known.find((candidate) => candidate.endpoint.method === method && candidate.path.test(path));
}
