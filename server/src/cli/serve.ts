import { setFlagsFromString } from 'node:v8';
import { readConfig } from '../config/config.ts';
import { serviceLinks } from '../config/kubernetes.ts';
import { createLog } from '../log.ts';
import { type Running, startServer } from '../server.ts';
import { startTraces } from '../traces/traces.ts';

/**
 * Runs the server until it is told to stop.
 * @throws ConfigError, KeyFileError or Error with a sentence for the person who starts it
 */
export async function serve(): Promise<void> {
  keepRequestsYoung();
  let running: Running | undefined;
  let stopping = false;
  // Before anything else: the first process of a container ignores what it has no handler for. A start that is cut off
  // leaves nothing half done.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      if (!running) process.exit(0);
      stopping = true;
      running.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const ignored = serviceLinks(process.env);
  if (ignored.length > 0) log.info({ ignored }, 'variables of a Kubernetes Service are no settings');
  const started = performance.now();
  running = await startServer(config, log, () => Date.now(), await startTraces(process.env));
  announce(running, Math.round(performance.now() - started));
}

/**
 * V8 may learn at a start that what it makes for each request lives long, because of the requests that were in flight
 * when it looked, and then makes it in the old generation: each request then drags all it refers to into it. Such a
 * process, about one in two, took half as much time again for a call, twice the memory, and pauses of 20 ms, until its end.
 */
function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

function announce({ address, setupLink, ctx: { config } }: Running, milliseconds: number): void {
  if (!process.stdout.isTTY) {
    // At every level: the link is shown here only.
    createLog('info').info({ address, url: config.baseUrl, milliseconds, ...(setupLink && { setupLink }) }, 'ready');
    return;
  }
  const kept = config.mailPreview ? `${config.baseUrl}/mail-preview` : `kept; ${config.command} mails prints them`;
  const mail = config.smtpUrl ? 'sent by SMTP' : kept;
  const lines = [
    '',
    `  Warifu   ${config.baseUrl}`,
    `  API      ${config.baseUrl}/docs`,
    `  Mails    ${mail}`,
    `  Data     ${config.dataDir}`,
    ...(setupLink ? ['', '  Create the first root user (this link works once, for one hour):', `  ${setupLink}`] : []),
    '',
    `  Ready in ${milliseconds} ms. Ctrl+C stops.`,
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
