import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const log = join(import.meta.dirname, '../../src/log.ts');

/** Runs a program that has `log` and ends; what it wrote is read so long after its beginning. */
async function linesOf(program: string, readAfter = 0): Promise<{ msg: string }[]> {
  const text = `import { createLog } from ${JSON.stringify(log)}; const log = createLog('info'); ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'close');
  await wait(readAfter);
  let written = '';
  for await (const chunk of child.stdout) written += String(chunk);
  await gone;
  return written
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string });
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => String(i));

describe('the log', () => {
  it('loses no line and keeps their order when the program ends at once', async () => {
    const lines = await linesOf("for (let i = 0; i < 5000; i++) log.info(String(i) + ''); process.exit(0);");
    expect(lines.map(({ msg }) => msg)).toEqual(numbered(5000));
  });

  it('loses none when who reads it is slower than the pipe is large', async () => {
    const lines = await linesOf("for (let i = 0; i < 5000; i++) log.info(String(i) + '');", 500);
    expect(lines.map(({ msg }) => msg)).toEqual(numbered(5000));
  });

  it('loses none when the program fails', async () => {
    const lines = await linesOf(
      "process.on('uncaughtException', () => process.exit(1)); log.info('0'); throw new Error();",
    );
    expect(lines.map(({ msg }) => msg)).toEqual(['0']);
  });

  it.runIf(existsSync('/dev/full'))('lets the program go on, and end, when it cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const text = `import { createLog } from ${JSON.stringify(log)}; const log = createLog('info');
      for (let i = 0; i < 20000; i++) log.info('a line');
      setTimeout(() => log.info('more'), 200);
      setTimeout(() => { process.stderr.write('goes on'); process.exit(7); }, 400);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', text], { stdio: ['ignore', full, 'pipe'] });
    const gone = once(child, 'close');
    let said = '';
    for await (const chunk of child.stderr ?? []) said += String(chunk);
    closeSync(full);
    expect([said, (await gone)[0]]).toEqual(['The log cannot be written (ENOSPC); the server goes on.\ngoes on', 7]);
  });

  it('writes what is left without being asked', async () => {
    const lines = await linesOf("log.info('0'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 150);");
    expect(lines.map(({ msg }) => msg)).toEqual(['0']);
  });
});
