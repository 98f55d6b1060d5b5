/**
 * What evaluating a condition gives. A part that fails is "not known": `and` is false when any part is false, else
 * fails when any part fails; `or` is true when any part is true, else fails when any part fails; `not` of a failure
 * fails; a comparison with a failing operand fails. So the order of operands never matters, and an unknown part
 * decides nothing that the others have decided already. A whole that fails: allow does not apply, deny does.
 */
export const FALSE = 0;
export const TRUE = 1;
export const FAILS = 2;

export type Outcome = typeof FALSE | typeof TRUE | typeof FAILS;
