import { type Command, Option } from 'commander';
import { attempt, printsData, withExamples } from '../frame.ts';
import type { GateProbeOptions } from '../gate-probe.ts';
import { proxies } from './proxy-config.ts';

/** The command `gate` and what it groups. */
export function registerGate(program: Command): void {
  const gate = program.command('gate').description('proxies that ask this server');
  const probe = gate
    .command('probe')
    .description('send forged requests through a proxy, and name what passes and the line against it')
    .argument('<url>', 'a page of the app that needs a sign-in, as people type it')
    .option('--listen <address>', 'stand in for the app here and see what reaches it; stop the app first')
    .option('--token-stdin', 'read the token of a session that may GET the page from standard input')
    .addOption(new Option('--proxy <proxy>', 'which proxy it is, where its answers do not say so').choices(proxies))
    .action((url: string, options: GateProbeOptions) =>
      attempt(async () => (await import('../gate-probe.ts')).probeGate(url, options)),
    );
  withExamples(
    printsData(probe),
    'gate probe https://app.example.com/orders',
    'gate probe https://app.example.com/orders --listen 127.0.0.1:3000 --token-stdin < token.txt',
  ).addHelpText(
    'after',
    `
Without --listen it is seen from outside whether anybody gets in without a sign-in, and whether Warifu is asked about the
request as it came. Nothing but GET, HEAD and OPTIONS is sent.

With --listen and --token-stdin it is also seen what reaches the app: headers that say who asks, other spellings of them,
paths, bodies. Stop the app first: the command listens in its place, answers its own requests only, and everybody else gets
503 for a few seconds. A session of its own is best: sign in at POST /v1/auth, and log out afterwards.

It exits with 0 when nothing passed and with 1 when something did.`,
  );
}
