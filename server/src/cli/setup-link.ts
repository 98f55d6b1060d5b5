import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { newSetupLink } from '../operators/setup.ts';
import { exitCodes, type Output, print } from './frame.ts';

/**
 * Prints a new one-time link for the first operator.
 * @returns the exit code
 * @throws Failure AUM0013 when there was a first operator already
 */
export async function printSetupLink(ctx: Context, output: Output): Promise<number> {
  const link = await newSetupLink(ctx);
  if (!link) throw new Failure('AUM0013');
  print(output, { link }, () => link);
  return exitCodes.ok;
}
