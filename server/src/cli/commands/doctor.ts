import type { Command } from 'commander';
import type { DoctorOptions } from '../doctor.ts';
import { attempt, printsData, withExamples } from '../frame.ts';

/** The command `doctor`. */
export function registerDoctor(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('look at settings, keys, database, clock, mail, proxy and backup, and say what to do')
    .option('--audit', 'check the whole audit log too, which may take long')
    .action((options: DoctorOptions) => attempt(async () => (await import('../doctor.ts')).doctor(options)));
  withExamples(printsData(doctor), 'doctor', 'doctor --json');
}
