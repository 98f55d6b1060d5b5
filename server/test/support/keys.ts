import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Keys, loadKeys } from '../../src/crypto/keys.ts';

/** New keys that belong to nobody. */
export function testKeys(): Keys {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-keys-'));
  try {
    return loadKeys(join(folder, 'keys.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
