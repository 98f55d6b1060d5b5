import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../scripts/processes.ts';
import { setUp } from './support/api.ts';
import { serverEnv, startServer, temporaryFolder } from './support/server.ts';
import { startSmtp } from './support/smtp.ts';

/** Guides whose ```sh blocks a reader can run from top to bottom; see README.md beside this file. */
const guides = ['docs/guides/mfa-by-curl.md'];

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

/** The text of the ```sh blocks, in order, each with its line as a comment for the trace. */
function blocksOf(path: string): string[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: string[] = [];
  let block: string[] | undefined;
  for (const [index, line] of lines.entries()) {
    if (block === undefined && /^\s*```sh\s*$/.test(line)) block = [`# ${path}:${index + 1}`];
    else if (block !== undefined && /^\s*```\s*$/.test(line)) {
      blocks.push(block.join('\n'));
      block = undefined;
    } else block?.push(line);
  }
  return blocks;
}

test.each(guides)('%s works as it is written', async (path) => {
  const blocks = blocksOf(path);
  expect(blocks.length).toBeGreaterThan(3);
  const smtp = await startSmtp();
  const server = await startServer({ smtpUrl: smtp.url });
  await setUp(server.baseUrl, server.setupLink(), owner);
  const env = { BASE: server.baseUrl, EMAIL: owner.email, PASSWORD: owner.password };
  const bash = spawn('bash', ['-euo', 'pipefail', '-c', blocks.join('\n\n')], {
    cwd: temporaryFolder('guide'),
    env: { ...serverEnv(server.port, server.dataDir), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [bash.stdout, bash.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  bash.stdin.on('error', () => undefined);
  const typing = setInterval(typeLinks, 100);
  const code = await new Promise<number | null>((resolve) => bash.once('close', resolve));
  clearInterval(typing);
  await server.stop();
  await smtp.stop();
  expect([code, output]).toEqual([0, expect.any(String)]);

  // Where the guide says "read LINK", the reader pastes the link of the mail that has just come.
  function typeLinks() {
    for (const mail of smtp.mails.splice(0)) {
      const link = /https?:\/\/\S+\/(?:mfa\/reset\/verify|password\/reset)#\S+/.exec(mail.text)?.[0];
      if (link !== undefined) bash.stdin.write(`${link}\n`);
    }
  }
});
