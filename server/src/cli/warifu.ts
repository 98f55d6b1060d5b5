import { hostProgram } from './program.ts';

// SECURITY: nothing that this process writes is for other users of the host.
process.umask(0o077);

const typed = process.argv.slice(2);
await hostProgram((code) => process.exit(code)).parseAsync(typed.length === 0 ? ['serve'] : typed, { from: 'user' });
