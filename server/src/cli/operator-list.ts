import type { Context } from '../context.ts';
import { listOperators } from '../operators/list.ts';
import { asTable, exitCodes, type Output, print } from './frame.ts';

/**
 * Prints every operator.
 * @returns the exit code
 */
export async function printOperators(ctx: Context, output: Output): Promise<number> {
  const operators = (await listOperators(ctx.db)).map((operator) => ({
    ...operator,
    createdAt: new Date(operator.createdAt).toISOString(),
  }));
  print(output, operators, () =>
    asTable(
      ['OPERATOR', 'EMAIL', 'MFA', 'SAM USERS', 'CREATED'],
      operators.map(({ operatorId, email, mfa, samUsers, createdAt }) => {
        return [operatorId, email, mfa ? 'active' : 'off', String(samUsers), createdAt];
      }),
    ),
  );
  return exitCodes.ok;
}
