import { setTimeout as delay } from 'node:timers/promises';
import { request, type Session, session, signIn } from '../../e2e/support/api.ts';

export type Account = { readonly email: string; readonly password: string; readonly operatorId: string };

/** What a load was told, by the server itself: 2xx is a promise, everything else is not. */
export type Ledger = {
  readonly acknowledged: number;
  /** Answers that were no 2xx, by status; 0 where no answer came. */
  readonly refused: Readonly<Record<number, number>>;
  /** Milliseconds. */
  readonly slowest: number;
  /** When something was acknowledged, by `performance.now()`. */
  readonly times: readonly number[];
};

export type Load = {
  readonly ledger: Ledger;
  /** The longest time without an acknowledgement since an instant, in milliseconds. */
  readonly longestGap: (since: number) => number;
  /** Ends when every request has its answer. */
  readonly stop: () => Promise<void>;
  /** Compares what is there with what was acknowledged: one line for each thing that is lost, or came back. */
  readonly lost: (url: string) => Promise<string[]>;
};

type Client = {
  readonly account: Account;
  readonly session: Session;
  /** SAM users by name: acknowledged as there, or as gone. What was not acknowledged is in neither. */
  readonly there: Set<string>;
  readonly gone: Set<string>;
  /** Sessions whose end was acknowledged. */
  readonly ended: { readonly operatorId: string; readonly headers: Record<string, string> }[];
};

const kept = 20;

/**
 * Clients that do what must not be lost, one thing after the other: make a SAM user, remove an older one, sign in, sign
 * out. Each has an operator of its own, and asks the addresses in turn.
 */
export async function startLoad(urls: readonly string[], accounts: readonly Account[]): Promise<Load> {
  const clients = await Promise.all(accounts.map((account) => newClient(urls[0] as string, account)));
  const ledger = { acknowledged: 0, refused: {} as Record<number, number>, slowest: 0, times: [] as number[] };
  let isOver = false;
  const ask = async (work: () => Promise<{ status: number }>): Promise<boolean> => {
    const begun = performance.now();
    const status = await work().then(
      (answer) => answer.status,
      () => 0,
    );
    ledger.slowest = Math.max(ledger.slowest, performance.now() - begun);
    if (status >= 200 && status < 300) {
      ledger.acknowledged += 1;
      ledger.times.push(performance.now());
      return true;
    }
    ledger.refused[status] = (ledger.refused[status] ?? 0) + 1;
    // As a client does that is told to come again.
    await delay(50);
    return false;
  };
  const work = async (client: Client) => {
    const prefix = `u${Date.now().toString(36)}`;
    for (let n = 0; !isOver; n++) await step(client, ask, { n, prefix, url: urls[n % urls.length] as string });
  };
  const working = clients.map(work);
  const longestGap = (since: number) => {
    const times = [since, ...ledger.times.filter((time) => time > since), performance.now()];
    return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time)));
  };
  const stop = async () => {
    isOver = true;
    await Promise.all(working);
  };
  const lost = async (url: string) => (await Promise.all(clients.map((client) => lossesOf(client, url)))).flat();
  return { ledger, longestGap, stop, lost };
}

async function newClient(url: string, account: Account): Promise<Client> {
  const own = await untilDone(() => session(url, account));
  // What a load before this one left: an operator has room for so many.
  const users = `/v1/operators/${account.operatorId}/users`;
  const { body } = await own.call('GET', users);
  for (const { userName } of JSON.parse(body) as { userName: string }[])
    await own.call('DELETE', `${users}/${userName}`);
  return { account, session: own, there: new Set(), gone: new Set(), ended: [] };
}

type Step = { readonly n: number; readonly prefix: string; readonly url: string };

async function step(
  client: Client,
  ask: (work: () => Promise<{ status: number }>) => Promise<boolean>,
  { n, prefix, url }: Step,
): Promise<void> {
  const { account, session: own, there, gone } = client;
  const users = `/v1/operators/${account.operatorId}/users`;
  const headers = headersOf(own);
  const name = `${prefix}n${n}`;
  if (await ask(() => request(url, 'POST', `${users}/${name}`, {}, headers))) there.add(name);
  const oldest = there.size > kept ? [...there][0] : undefined;
  if (oldest !== undefined) {
    there.delete(oldest);
    if (await ask(() => request(url, 'DELETE', `${users}/${oldest}`, undefined, headers))) gone.add(oldest);
  }
  if (n % 10 === 5) await comeAndGo(client, ask, url);
}

/** A session that ends at once: that it stays ended is the promise that matters most. */
async function comeAndGo(
  { account, ended }: Client,
  ask: (work: () => Promise<{ status: number }>) => Promise<boolean>,
  url: string,
): Promise<void> {
  let headers: Record<string, string> | undefined;
  await ask(async () => {
    const answer = await signIn(url, account);
    if (answer.status === 200) headers = headersOf(answer.json as { apiKey: string; token: string });
    return answer;
  });
  const own = headers;
  if (own === undefined) return;
  const isEnded = await ask(() => request(url, 'POST', '/v1/auth/logout', undefined, own));
  if (isEnded) ended.push({ operatorId: account.operatorId, headers: own });
}

function headersOf({ apiKey, token }: { apiKey: string; token: string }): Record<string, string> {
  return { 'x-soracom-api-key': apiKey, 'x-soracom-token': token };
}

async function lossesOf({ account, session: own, there, gone, ended }: Client, url: string): Promise<string[]> {
  const { operatorId, email } = account;
  const list = (as: Session) =>
    untilAnswered(() => request(url, 'GET', `/v1/operators/${operatorId}/users`, undefined, headersOf(as)));
  const losses: string[] = [];
  let { status, body } = await list(own);
  if (status !== 200) {
    losses.push(`the session of ${email} answers ${status}`);
    ({ status, body } = await list(await untilDone(() => session(url, account))));
  }
  const found = new Set((JSON.parse(body) as { userName: string }[]).map(({ userName }) => userName));
  losses.push(...[...there].filter((name) => !found.has(name)).map((name) => `user ${name} is gone`));
  losses.push(...[...gone].filter((name) => found.has(name)).map((name) => `user ${name} is back`));
  for (const { headers } of ended.slice(-100)) {
    const answer = await untilAnswered(() =>
      request(url, 'GET', `/v1/operators/${operatorId}/mfa`, undefined, headers),
    );
    if (answer.status !== 401) losses.push(`a session that was ended answers ${answer.status}`);
  }
  return losses.map((loss) => `${operatorId}: ${loss}`);
}

/** What is asked after a fault may meet its end. */
function untilAnswered<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
  return untilDone(async () => {
    const answer = await ask();
    if (answer.status >= 500) throw new Error(`the last answer was ${answer.status}`);
    return answer;
  });
}

async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(200);
    }
  }
}
