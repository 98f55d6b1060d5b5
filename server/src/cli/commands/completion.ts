import { Argument, type Command } from 'commander';
import { withExamples } from '../frame.ts';

/** The command `completion`. */
export function registerCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('print a script by which a shell completes what is typed after warifu')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .action(async (shell: 'bash' | 'zsh') => {
      const { bashCompletion, zshCompletion } = await import('../completion.ts');
      process.stdout.write((shell === 'bash' ? bashCompletion : zshCompletion)(program));
    });
  withExamples(
    command,
    'completion bash > ~/.local/share/bash-completion/completions/warifu',
    'completion zsh > /usr/local/share/zsh/site-functions/_warifu',
  );
}
