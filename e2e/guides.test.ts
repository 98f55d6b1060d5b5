import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../scripts/processes.ts';
import { commandsOf, followGuide, type Need } from './support/guide.ts';
import { needs } from './support/guide-needs.ts';

/** Guides whose ```sh blocks a reader can run from top to bottom, and what each needs; see README.md beside this file. */
const guides: Readonly<Record<string, readonly Need[]>> = {
  'backup.md': [needs.server(), needs.command],
  'helpdesk-resets-mfa.md': [needs.server()],
  'mfa-by-curl.md': [needs.server()],
  'postgresql.md': [needs.host, needs.postgres, needs.command],
  'rotate-keys.md': [needs.server(), needs.command],
  'run-behind-caddy.md': [needs.host, needs.certificate, needs.caddy, needs.command],
  'run-behind-tls.md': [needs.host, needs.certificate, needs.nginx, needs.command],
  'sam-users-manage-own-mfa.md': [needs.server()],
  'systemd.md': [needs.host, needs.release],
  'watch.md': [needs.metrics, needs.server()],
};

const withCommands = (pattern: string) =>
  globSync(pattern, { cwd: `${root}/docs/guides` }).filter((name) => commandsOf(`docs/guides/${name}`).length > 0);

// Each has its own server and folder, and much of what they do is waiting.
describe.concurrent('a guide works as it is written', () => {
  test.for(Object.entries(guides))('%s', async ([name, needed], { skip }) => {
    skip(needed.includes(needs.host) && process.getuid?.() !== 0, 'only root can make a host of its own');
    const { code, output } = await followGuide(`docs/guides/${name}`, needed);
    expect([code, output]).toEqual([0, expect.any(String)]);
  });
});

test('every guide with commands is followed', () => {
  expect(withCommands('*.md').sort()).toEqual(Object.keys(guides).sort());
});

test('the Japanese guides have the commands of the English ones', () => {
  for (const twin of withCommands('ja/*.md')) {
    expect([twin, commandsOf(`docs/guides/${twin}`)]).toEqual([twin, commandsOf(`docs/guides/${basename(twin)}`)]);
  }
});
