import { Command } from 'commander';
import serverPackage from '../../package.json' with { type: 'json' };
import { commandName } from '../command.ts';
import { registerAudit } from './commands/audit.ts';
import { registerBackup } from './commands/backup.ts';
import { registerBreakGlass } from './commands/break-glass.ts';
import { registerCatalogue } from './commands/catalogue.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerConfig } from './commands/config.ts';
import { registerDb } from './commands/db.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerGate } from './commands/gate.ts';
import { registerGateKey } from './commands/gate-key.ts';
import { registerHealthcheck } from './commands/healthcheck.ts';
import { registerKeys } from './commands/keys.ts';
import { registerMails } from './commands/mails.ts';
import { registerOperator } from './commands/operator.ts';
import { registerPasskeys } from './commands/passkeys.ts';
import { registerProxyConfig } from './commands/proxy-config.ts';
import { registerRestore } from './commands/restore.ts';
import { registerServe } from './commands/serve.ts';
import { registerSetupLink } from './commands/setup-link.ts';
import { exitCodes } from './frame.ts';

/** The commands, in the order of the help. Each loads what it needs when it runs. */
const commands = [
  registerServe,
  registerOperator,
  registerSetupLink,
  registerGateKey,
  registerCatalogue,
  registerProxyConfig,
  registerGate,
  registerMails,
  registerBackup,
  registerRestore,
  registerAudit,
  registerKeys,
  registerBreakGlass,
  registerPasskeys,
  registerDb,
  registerDoctor,
  registerConfig,
  registerHealthcheck,
  registerCompletion,
];

/**
 * The host command with all that it can be told.
 * @param exit called with the code when help was shown or something was typed wrongly
 */
export function hostProgram(exit: (code: number) => never): Command {
  const program = new Command(commandName(process.env.PATH))
    .description('The server, and commands for the host that it runs on.')
    .version(serverPackage.version)
    .showHelpAfterError('Add --help to see what can be typed.')
    .exitOverride(({ exitCode }) => exit(exitCode === 0 ? exitCodes.ok : exitCodes.usage))
    .addHelpText(
      'after',
      `
Without a command it serves. Settings are environment variables, WARIFU_…: docs/configuration.md

Exit codes: ${exitCodes.ok} done, ${exitCodes.failure} failed, ${exitCodes.usage} typed wrongly, ${exitCodes.configuration} a setting or a key file cannot be used`,
    );
  for (const register of commands) register(program);
  return program;
}
