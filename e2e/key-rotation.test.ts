import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { secretOf, session, setUp, signIn } from './support/api.ts';
import { authenticator } from './support/oath.ts';
import { launch, program, serverEnv, startServer } from './support/server.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

type KeyFile = { sealing: { id: string; state: string }[] };
type Status = { sealing: { id: string; state: string; values: number }[] };

test('`keys rotate` beside a running server, killed again and again, loses nothing; the old key is unused then', async () => {
  let server = await startServer();
  await setUp(server.baseUrl, server.setupLink(), owner);
  const as = await session(server.baseUrl, owner);
  const begun = await as.call('POST', `/v1/operators/${as.operatorId}/mfa`);
  const phone = authenticator(secretOf(begun.json['totpUri']));
  await as.call('POST', `/v1/operators/${as.operatorId}/mfa/verify`, { mfaOTPCode: await phone.next() });
  const file = join(server.dataDir, 'keys/keys.json');
  const first = (JSON.parse(readFileSync(file, 'utf8')) as KeyFile).sealing[0]?.id;

  let over = false;
  const seen = new Set<number>();
  const load = async () => {
    while (!over) {
      // A right password is always answered so: its hash was opened, and the code is what is missing.
      seen.add((await signIn(server.baseUrl, owner)).status);
      await delay(100);
    }
  };
  const working = load();
  const command = (...args: string[]) => launch([program, 'keys', ...args], serverEnv(server.port, server.dataDir));
  for (const milliseconds of [400, 900, 1500, 3000]) {
    const { child, exit } = command('rotate');
    await delay(milliseconds);
    child.kill('SIGKILL');
    await exit;
    const status = command('status', '--json');
    expect([await status.exit, status.printed.stderr]).toEqual([0, '']);
  }
  const rotation = command('rotate');
  expect([await rotation.exit, rotation.output()]).toEqual([0, expect.stringContaining('The keys are new')]);
  over = true;
  await working;
  expect([...seen]).toEqual([(await signIn(server.baseUrl, owner)).status]);

  const { sealing } = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  expect([sealing.length, sealing[0]?.state, sealing[0]?.id === first]).toEqual([1, 'current', false]);
  const status = command('status', '--json');
  await status.exit;
  const { sealing: used } = JSON.parse(status.printed.stdout) as Status;
  expect(used).toEqual([{ id: sealing[0]?.id, state: 'current', values: expect.any(Number) as number }]);
  await session(server.baseUrl, owner, await phone.next());
  await server.stop();
  server = await startServer({ dataDir: server.dataDir });
  await session(server.baseUrl, owner, await phone.next());
  await server.stop();
});
