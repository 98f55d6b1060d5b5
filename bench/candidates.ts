import { serverCore } from './machine.ts';
import { type Exchange, overHttp } from './over-http.ts';
import { oneRequest } from './requests.ts';
import { type Server, startProgram } from './servers.ts';
import type { Candidate } from './turns.ts';
import type { World } from './world.ts';

/** What several scenarios measure. */

export function startBare(): Promise<Server> {
  return startProgram({ script: 'bench/bare/http.ts', core: serverCore });
}

/** The floor that calls are divided by. */
export function bareHttp(server: Server): Candidate {
  const isRight = (text: string) => text.length === 200 && text.includes('"alive"');
  return overHttp({ name: 'bare node:http, 200 bytes', requests: oneRequest(server.url, '/'), server, isRight });
}

/** The framework with all hooks, without a session. */
export function health({ server }: World): Candidate {
  const isRight = (text: string) => text === '{"status":"alive"}';
  return overHttp({ name: '/healthz', requests: oneRequest(server.url, '/healthz'), server, isRight });
}

/** An authenticated, authorised call. A SAM user's is the one that most goals speak of. */
export function calls(world: World, kind: keyof World['calls'], change: Partial<Exchange> = {}): Candidate {
  const { server, calls } = world;
  return overHttp({ name: names[kind], requests: calls[kind], server, isRight: isInactive, ...change });
}

const names = {
  root: 'root user: getMFAStatus',
  sam: 'SAM user: getUserMFAStatus',
  authKey: 'AuthKey session: getUserMFAStatus',
};

/** Nobody of a world has MFA on. */
function isInactive(text: string): boolean {
  return (JSON.parse(text) as { status: string }).status === 'INACTIVE';
}
