import { freePort } from '../../../scripts/postgres.ts';
import { causeOf } from '../../../server/src/change/cause.ts';
import { saveCatalogue } from '../../../server/src/gate/catalogue/catalogues.ts';
import { readDescription } from '../../../server/src/gate/catalogue/description.ts';
import { createGateKey } from '../../../server/src/gate/keys.ts';
import { newRoot } from '../../../server/test/support/people.ts';
import { startTestServer, type TestServer } from '../../../server/test/support/server.ts';
import { createClient, type WarifuClient } from '../../src/index.ts';

export type Warifu = {
  readonly server: TestServer;
  readonly url: string;
  readonly port: number;
  /** A client of nobody. */
  readonly client: WarifuClient;
  readonly newGateKey: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** The real server on a real socket and an empty SQLite database, at the time of this machine. */
export async function startWarifu(env: Record<string, string> = {}): Promise<Warifu> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await startTestServer('sqlite', { WARIFU_BASE_URL: url, ...env });
  server.clock.now = Date.now();
  await server.app.listen({ port, host: '127.0.0.1' });
  const newGateKey = async () => (await createGateKey(hostCause(server), 'orders', undefined)).gateKey;
  return { server, url, port, client: createClient({ url }), newGateKey, stop: () => server.stop() };
}

function hostCause({ ctx }: TestServer) {
  const info = { requestId: '', sourceIp: '', userAgent: '', method: '', path: '', apiKind: 'Host:test' };
  return causeOf(ctx, { ...info, language: 'en' }, 'host:tester');
}

/** Takes the operations of an API, as `warifu catalogue import` does. */
export async function importCatalogue({ server }: Warifu, unknown: 'deny' | 'signed in', paths: object): Promise<void> {
  const operations = readDescription(JSON.stringify({ openapi: '3.0.0', paths })).operations;
  await saveCatalogue(hostCause(server), { operatorId: '', name: 'orders', host: undefined, unknown, operations });
}

/** A root user, signed in. */
export async function signedInRoot({ server, client }: Warifu) {
  const { email, password, operatorId } = await newRoot(server);
  const credential = await client.signIn({ email, password });
  return { operatorId, email, password, credential, client: client.as(credential) };
}

export type SignedInRoot = Awaited<ReturnType<typeof signedInRoot>>;

/** A SAM user, signed in, who may do what the statements say. */
export async function signedInSam(root: SignedInRoot, userName: string, statements: object[]) {
  const owner = { operator_id: root.operatorId, user_name: userName };
  const password = `sam ${userName} pass phrase`;
  await root.client.call('createUser', { ...owner, description: '' });
  await root.client.call('createUserPassword', { ...owner, password });
  await root.client.call('updateUserPermission', { ...owner, permission: JSON.stringify({ statements }) });
  const credential = await root.client.signIn({ operatorId: root.operatorId, userName, password });
  return { ...owner, password, credential, client: root.client.as(credential) };
}
