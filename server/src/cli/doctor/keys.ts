import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { keysStatus } from '../keys.ts';
import { type Finding, failure, ok, warning } from './finding.ts';

/** Whether the key file belongs to who runs the server, holds all that the database needs, and no more. */
export async function checkKeys(ctx: Context): Promise<Finding[]> {
  const { sealing } = await keysStatus(ctx);
  const missing = sealing.filter(({ state }) => state === 'missing');
  const left = sealing.filter(({ state }) => state === 'old' || state === 'next');
  const findings: Finding[] = [ok('keys', 'The key file fits the database.')];
  for (const { id, values } of missing) {
    const found = `${values} values in the database were sealed with the key ${id}, which is not in the key file.`;
    findings.push(
      failure('keys', found, 'Restore the key file that has it from a backup, and put its key beside the others.'),
    );
  }
  if (left.length > 0) {
    findings.push(warning('keys', 'A rotation of the keys has begun and is not done.', 'Run: npx warifu keys rotate'));
  }
  return [...findings, ...checkOwner(ctx.config)];
}

function checkOwner({ keyFile, dataDir, databaseUrl }: Config): Finding[] {
  if (keyFile.isGuarded) return [];
  const file = statSync(keyFile.path);
  const beside = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : dataDir;
  const owner = statSync(beside, { throwIfNoEntry: false }) ?? statSync(dirname(keyFile.path));
  if (file.uid === owner.uid) return [];
  const found = `${keyFile.path} belongs to user ${file.uid}, and ${beside} to user ${owner.uid}.`;
  return [failure('keys', found, `If user ${owner.uid} runs the server: chown ${owner.uid} ${keyFile.path}`)];
}
