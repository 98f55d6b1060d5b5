import { ConfigError, readConfig } from './config.ts';
import { KeyFileError } from './crypto/keys.ts';
import { createLog, startServer } from './server.ts';

/** sysexits.h EX_CONFIG: a supervisor need not try again. */
const badConfig = 78;

// SECURITY: nothing that this process writes is for other users of the host.
process.umask(0o077);

try {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const started = performance.now();
  const server = await startServer(config, log, () => Date.now());
  announce(server.address, server.setupLink, Math.round(performance.now() - started));
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      server.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }

  function announce(address: string, setupLink: string | undefined, milliseconds: number): void {
    const mail = config.smtpUrl ? 'sent by SMTP' : `${config.baseUrl}/mail-preview`;
    if (!process.stdout.isTTY) {
      // At every level: the link is shown here only.
      createLog('info').info({ address, url: config.baseUrl, milliseconds, ...(setupLink && { setupLink }) }, 'ready');
      return;
    }
    const lines = [
      '',
      `  Warifu   ${config.baseUrl}`,
      `  API      ${config.baseUrl}/docs`,
      `  Mails    ${mail}`,
      `  Data     ${config.dataDir}`,
      ...(setupLink
        ? ['', '  Create the first root user (this link works once, for one hour):', `  ${setupLink}`]
        : []),
      '',
      `  Ready in ${milliseconds} ms. Ctrl+C stops.`,
      '',
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
} catch (error) {
  process.stderr.write(`warifu: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError || error instanceof KeyFileError ? badConfig : 1);
}
