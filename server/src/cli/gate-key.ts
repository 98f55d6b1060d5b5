import { causeOf } from '../change/cause.ts';
import type { Context, RequestInfo } from '../context.ts';
import { Failure } from '../failure.ts';
import { createGateKey, listGateKeys, revokeGateKey } from '../gate/keys.ts';
import { asTable, exitCodes, type Output, print, UsageError } from './frame.ts';

export type GateKeyOptions = Output & { readonly name: string; readonly operator?: string };

/**
 * Makes a gate key and prints it.
 * @returns the exit code
 * @throws Failure COM0001, UsageError for an unknown operator
 */
export async function printNewKey(ctx: Context, info: RequestInfo, options: GateKeyOptions): Promise<number> {
  const { name, operator } = options;
  const made = await createGateKey(causeOf(ctx, info, info.userAgent, 0), name, operator).catch((error: unknown) => {
    throw isMissing(error) ? new UsageError(`--operator: there is no operator ${operator}.`) : error;
  });
  print(options, made, () => `${made.gateKey}\nID ${made.gateKeyId}. The key is shown only now.`);
  return exitCodes.ok;
}

/**
 * Prints every gate key, without its secret.
 * @returns the exit code
 */
export async function printGateKeys(ctx: Context, output: Output): Promise<number> {
  const keys = (await listGateKeys(ctx.db)).map(({ createdAt, lastUsedAt, ...key }) => ({
    ...key,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  }));
  print(output, keys, () =>
    asTable(
      ['ID', 'NAME', 'OPERATOR', 'CREATED', 'LAST USED'],
      keys.map((key) => [key.gateKeyId, key.name, key.operatorId ?? 'every', key.createdAt, key.lastUsedAt ?? 'never']),
    ),
  );
  return exitCodes.ok;
}

/**
 * Revokes a gate key.
 * @returns the exit code
 * @throws UsageError for an unknown one
 */
export async function revoke(ctx: Context, info: RequestInfo, gateKeyId: string): Promise<number> {
  await revokeGateKey(causeOf(ctx, info, info.userAgent, 0), gateKeyId).catch((error: unknown) => {
    throw isMissing(error) ? new UsageError(`There is no gate key ${gateKeyId}.`) : error;
  });
  return exitCodes.ok;
}

function isMissing(error: unknown): boolean {
  return error instanceof Failure && error.code === 'COM0404';
}
