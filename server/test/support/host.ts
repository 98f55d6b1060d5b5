import { type Cause, causeOf } from '../../src/change/cause.ts';
import { createGateKey } from '../../src/gate/keys.ts';
import { canaries } from './people.ts';
import type { TestServer } from './server.ts';

/** A command of the host, as the audit log names it. */
export function hostInfo(command: string) {
  const nowhere = { requestId: '', sourceIp: '', method: '', path: '' };
  return { ...nowhere, userAgent: 'host:tester', apiKind: `Host:${command}`, language: 'en' as const };
}

export function byHost({ ctx }: TestServer, command: string): Cause {
  return causeOf(ctx, hostInfo(command), 'host:tester');
}

/** A gate key, for every operator unless one is named. No log may have it. */
export async function newGateKey(server: TestServer, name: string, operatorId?: string): Promise<string> {
  const { gateKey } = await createGateKey(byHost(server, 'gate-key create'), name, operatorId);
  canaries.add(gateKey);
  return gateKey;
}
